// The documentation site:
//   node src/main.ts            collects its pages into .site
//   node src/main.ts --build    and builds it into .vitepress/dist
//   node src/main.ts --watch    and serves it while it is written
//   --without-reference         leaves the API reference out, which takes longest
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build, createServer } from "vitepress";
import { writeApiReference } from "./api-reference.ts";
import { guideList, packageList } from "./overviews.ts";
import { eapActionsMarkdown } from "./pictures/eap-actions.ts";
import { pipelineMarkdown } from "./pictures/pipeline.ts";
import { securityDialogMarkdown } from "./pictures/security-dialog.ts";
import { withReferenceLinks } from "./reference-links.ts";
import { withoutTemplates, withSiteLinks } from "./site-links.ts";
import { decisions, pages, root } from "./sources.ts";
import { windowsNamesMarkdown } from "./windows-names.ts";

const { values: options } = parseArgs({
  options: {
    build: { type: "boolean" },
    watch: { type: "boolean" },
    "without-reference": { type: "boolean" },
  },
});
const home = join(root, "apps/docs");
const site = join(home, ".site");

rmSync(site, { recursive: true, force: true });
cpSync(join(home, "pages"), site, { recursive: true });
for (const { source, path } of pages) {
  const markdown = readFileSync(join(root, source), "utf8");
  write(`${path}.md`, withoutTemplates(linked(markdown, source)));
}
write("guides/index.md", guideList());
write("packages/index.md", packageList());
write("decisions/index.md", decisionList());
write("windows-names.md", windowsNamesMarkdown());
write(
  "pictures.md",
  readFileSync(join(home, "pages/pictures.md"), "utf8")
    .replace("<!-- pipeline -->", await pipelineMarkdown())
    .replace("<!-- security dialog -->", securityDialogMarkdown())
    .replace("<!-- eap actions -->", eapActionsMarkdown()),
);
console.log(`${pages.length} pages of the repository`);
if (!options["without-reference"]) {
  await writeApiReference(join(site, "api"));
  console.log("the API reference");
}
if (options.build) await build(home);
if (options.watch) {
  const server = await createServer(home);
  await server.listen();
  server.printUrls();
}

function write(file: string, content: string): void {
  mkdirSync(dirname(join(site, file)), { recursive: true });
  writeFileSync(join(site, file), content);
}

/** Without a reference nothing leads there. */
function linked(markdown: string, source: string): string {
  const page = withSiteLinks(markdown, source, pages);
  return options["without-reference"] ? page : withReferenceLinks(page, source);
}

function decisionList(): string {
  const lines = decisions.map(({ path, title }) => `- [${title}](/${path})`);
  return `# Decisions\n\nWhere the documentation of Windows is silent or contradicts itself, and why this project does what it does.\n\n${lines.join("\n")}\n`;
}
