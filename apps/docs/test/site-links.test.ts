import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withoutTemplates, withSiteLinks } from "../src/site-links.ts";
import { guides, packages, pages, root, samples } from "../src/sources.ts";

describe("the pages of the site", () => {
  it("are every guide, package and sample of the repository", () => {
    for (const { source } of pages) expect(existsSync(join(root, source)), source).toBe(true);
    expect(guides.length).toBeGreaterThan(5);
    expect(packages.map(({ path }) => path)).toContain("packages/ras-security");
    expect(samples.map(({ path }) => path)).toContain("samples/nps-totp-challenge");
    expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length);
  });

  it("link to each other inside the site, and to everything else in the repository", () => {
    const links = (markdown: string) => withSiteLinks(markdown, "apps/docs/guides/server.md", pages);
    expect(links("[a](from-nps.md#logs)")).toBe("[a](/guides/from-nps#logs)");
    expect(links("[a](../../../packages/nps/README.md)")).toBe("[a](/packages/nps)");
    expect(links("[a](../../../packages/nps)")).toBe("[a](/packages/nps)");
    expect(links("[a](../../../README.md)")).toBe("[a](/)");
    expect(links("[a](../../bench/README.md)")).toMatch(/^\[a\]\(https:.*\/apps\/bench\/README\.md\)$/);
    expect(links("[a](#here) [b](https://example.org) ![c](../x.svg)")).toMatch(
      /^\[a\]\(#here\) \[b\]\(https:\/\/example\.org\) !\[c\]\(https:/,
    );
    expect(links("```ts\nconst a = b[0](from-nps.md);\n```")).toContain("b[0](from-nps.md)");
  });

  it("have no templates in their prose", () => {
    expect(withoutTemplates("a {{ b }}\n```\n{{ c }}\n```")).toBe("a &#123;&#123; b }}\n```\n{{ c }}\n```");
  });
});
