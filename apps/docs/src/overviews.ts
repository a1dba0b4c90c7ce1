import { readFileSync } from "node:fs";
import { join } from "node:path";
import { apps, guides, packages, root, type SourcePage, samples } from "./sources.ts";

/** All guides, each with the sentence with which it begins. */
export function guideList(): string {
  const lines = guides.map((guide) => `- [${guide.title}](/${guide.path}): ${firstSentence(guide)}`);
  return `# Guides\n\nEach begins in an empty folder and ends with something that works.\n\n${lines.join("\n")}\n`;
}

/** All packages with what their package.json says of them. */
export function packageList(): string {
  return [
    "# Packages",
    "",
    "Each is installed by itself. What you build on has one version together.",
    "",
    ...[...packages, ...apps].map(line),
    "",
    "## Samples",
    "",
    "To be copied: `npm create @sallyport/extension` makes a project of each.",
    "",
    ...samples.map(line),
    "",
  ].join("\n");
}

function line({ source, path }: SourcePage): string {
  const manifest = JSON.parse(
    readFileSync(join(root, source.replace(/README\.md$/, "package.json")), "utf8"),
  ) as {
    readonly name: string;
    readonly description?: string;
  };
  return `- [\`${manifest.name}\`](/${path}): ${manifest.description ?? ""}`;
}

/** The first sentence of the first paragraph below the title, without its links. */
function firstSentence({ source }: SourcePage): string {
  const markdown = readFileSync(join(root, source), "utf8");
  const [, paragraph = ""] = /^# .+\n+((?:.+\n)+)/m.exec(markdown) ?? [];
  const text = paragraph.replaceAll("\n", " ").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}
