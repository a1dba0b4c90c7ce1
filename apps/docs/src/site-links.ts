import { posix } from "node:path";
import type { SourcePage } from "./sources.ts";

/** Where files that are no page of the site can be read. */
const repository = "https://github.com/sallyport/sallyport/blob/main/";

/**
 * A page's Markdown with links that work in the site: those to other pages lead there, those to anything else in the
 * repository lead to the repository.
 */
export function withSiteLinks(markdown: string, source: string, pages: readonly SourcePage[]): string {
  const places = new Map<string, string>();
  for (const { source: file, path } of pages) {
    places.set(file, `/${path}`);
    if (file.endsWith("/README.md")) places.set(posix.dirname(file), `/${path}`);
  }
  places.set("README.md", "/");
  places.set("apps/docs/decisions", "/decisions/");
  return outsideOfFences(markdown, (text) =>
    text.replace(
      /(!?\[[^\]]*\]\()([^)\s#]*)(#[^)\s]*)?(\))/g,
      (whole, before: string, target: string, anchor = "", after: string) => {
        if (target === "" || /^[a-z]+:/.test(target) || target.startsWith("/")) return whole;
        const file = posix.normalize(posix.join(posix.dirname(source), target)).replace(/\/$/, "");
        const place = places.get(file);
        if (place !== undefined) return `${before}${place}${anchor}${after}`;
        return `${before}${repository}${file}${anchor}${after}`;
      },
    ),
  );
}

/** Changes everything but code blocks. */
function outsideOfFences(markdown: string, change: (text: string) => string): string {
  return markdown
    .split(/(^```[\s\S]*?^```)/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("");
}

/** VitePress reads `{{ }}` and tags as a template; in prose of ours they are what they look like. */
export function withoutTemplates(markdown: string): string {
  return outsideOfFences(markdown, (text) => text.replaceAll("{{", "&#123;&#123;"));
}
