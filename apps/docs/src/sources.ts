import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** A page of the site that is written somewhere else in the repository. */
export interface SourcePage {
  /** The file, relative to the root of the repository. */
  readonly source: string;
  /** Its place in the site, without the extension: `guides/server`. */
  readonly path: string;
  /** What the navigation calls it. */
  readonly title: string;
}

/** Guides in the order in which somebody new would want them; one that is not named here comes last. */
const guideOrder = [
  "nps-extension",
  "802.1x",
  "eap-method",
  "single-sign-on",
  "sspi",
  "ras-security-dialog",
  "dial-in-line",
  "server",
  "from-nps",
];

export const guides: readonly SourcePage[] = markdownIn("apps/docs/guides")
  .map((name) => page(`apps/docs/guides/${name}.md`, `guides/${name}`))
  .sort((one, other) => placeOf(one) - placeOf(other) || one.title.localeCompare(other.title));

export const decisions: readonly SourcePage[] = markdownIn("apps/docs/decisions").map((name) =>
  page(`apps/docs/decisions/${name}.md`, `decisions/${name}`),
);

/** One page for each package that is published, the server and the samples. */
export const packages: readonly SourcePage[] = readmesIn("packages");
export const samples: readonly SourcePage[] = readmesIn("packages/samples");
export const apps: readonly SourcePage[] = readmesIn("apps").filter(({ path }) => path === "packages/server");

export const pages: readonly SourcePage[] = [...guides, ...packages, ...samples, ...apps, ...decisions];

function readmesIn(parent: string): readonly SourcePage[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isPublished(`${parent}/${entry.name}`))
    .map(({ name }) => {
      const path = parent === "packages/samples" ? `samples/${name}` : `packages/${name}`;
      const source = `${parent}/${name}/README.md`;
      return { source, path, title: name };
    })
    .sort((one, other) => one.title.localeCompare(other.title));
}

function isPublished(folder: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      private?: boolean;
    };
    return manifest.private !== true;
  } catch {
    return false;
  }
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -3))
    .sort();
}

function page(source: string, path: string): SourcePage {
  const heading = /^# (.+)$/m.exec(readFileSync(join(root, source), "utf8"))?.[1];
  return { source, path, title: heading?.replaceAll("`", "") ?? path };
}

function placeOf({ path }: SourcePage): number {
  const place = guideOrder.indexOf(path.replace("guides/", ""));
  return place < 0 ? guideOrder.length : place;
}
