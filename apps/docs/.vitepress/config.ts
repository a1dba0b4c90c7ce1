import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { apps, decisions, guides, packages, root, type SourcePage, samples } from "../src/sources.ts";

const items = (pages: readonly SourcePage[]) =>
  pages.map(({ title, path }) => ({ text: title, link: `/${path}` }));

export default defineConfig({
  title: "Sallyport",
  description:
    "Windows' authentication extension systems for every platform: NPS extensions, EAP methods, RAS security modules, SSPI",
  srcDir: ".site",
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    config(markdown) {
      const { fence } = markdown.renderer.rules;
      markdown.renderer.rules.fence = (tokens, index, options, environment, self) => {
        const token = tokens[index];
        if (token?.info.trim() === "mermaid") {
          return `<MermaidDiagram source="${encodeURIComponent(token.content)}" />`;
        }
        // A file that the block is: kept by those who run it, not for those who read.
        if (token !== undefined) token.info = token.info.replace(/ file=\S+/, "");
        return fence?.(tokens, index, options, environment, self) ?? "";
      };
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  themeConfig: {
    search: { provider: "local", options: { detailedView: true } },
    outline: { level: [2, 3] },
    nav: [
      { text: "Guides", link: "/guides/", activeMatch: "^/guides/" },
      { text: "Names of Windows", link: "/windows-names" },
      { text: "Packages", link: "/packages/", activeMatch: "^/(packages|samples)/" },
      { text: "Reference", link: "/api/", activeMatch: "^/api/" },
    ],
    sidebar: [
      { text: "Guides", items: items(guides) },
      {
        text: "Look up",
        items: [
          { text: "Names of Windows", link: "/windows-names" },
          { text: "Pictures", link: "/pictures" },
        ],
      },
      { text: "Packages", items: items([...packages, ...apps]) },
      { text: "Samples", collapsed: true, items: items(samples) },
      {
        text: "Reference",
        collapsed: true,
        items: [{ text: "All entry points", link: "/api/" }, ...references()],
      },
      { text: "Decisions", collapsed: true, items: items(decisions) },
    ],
    footer: { message: "MIT licence. Windows is a trademark of Microsoft, who has no part in this project." },
  },
});

/** The pages that TypeDoc wrote, where it ran. */
function references(): { readonly text: string; readonly link: string }[] {
  const folder = join(root, "apps/docs/.site/api");
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md") && file !== "index.md")
      .map((file) => file.slice(0, -3))
      .sort()
      .map((name) => ({ text: `@sallyport/${name}`, link: `/api/${name}` }));
  } catch {
    return [];
  }
}
