import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { guideList, packageList } from "../src/overviews.ts";
import { entryPointsOf, referencePage, withReferenceLinks } from "../src/reference-links.ts";
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

describe("packages and their reference", () => {
  const linked = (name: string) =>
    withReferenceLinks(`# @sallyport/${name}\n\nText.\n`, `packages/${name}/README.md`);

  it("lead to each other, by every entry point", () => {
    expect(linked("nps")).toContain("[`@sallyport/nps/node`](/api/nps/node)");
    expect(linked("sspi")).toContain("[`@sallyport/sspi/http`](/api/sspi/http)");
    expect(linked("errors")).toContain("[`@sallyport/errors/lookup`](/api/errors/lookup)");
    expect(linked("errors")).not.toContain("ntstatus"); // thousands of constants
    expect(linked("create-extension")).not.toContain("Reference"); // a command
    for (const { source } of packages) {
      for (const entry of entryPointsOf(source.replace("/README.md", "")))
        expect(existsSync(join(root, entry.source)), entry.name).toBe(true);
    }
    expect(referencePage("# nps/node\n\n## Classes\n", "nps/node")).toMatch(
      /\n# @sallyport\/nps\/node\n\nPackage: \[`@sallyport\/nps`\]\(\/packages\/nps\)\n\n## Classes\n$/,
    );
  });
});

describe("the overviews", () => {
  it("have every guide with a sentence, and every package with what it is", () => {
    for (const { path } of guides) expect(guideList()).toMatch(new RegExp(`\\(/${path}\\): .{20,}\\.`));
    for (const { path } of [...packages, ...samples])
      expect(packageList()).toMatch(new RegExp(`\\(/${path}\\): .{10,}`));
  });
});
