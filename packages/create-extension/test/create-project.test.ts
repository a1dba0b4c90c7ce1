import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CreateError, commandsFor, createProject } from "../src/node/create-project.ts";
import { withOwnSecrets } from "../src/own-secrets.ts";
import { projectName } from "../src/project-name.ts";

let work: string;
const template = { name: "greeting", package: "@sallyport/sample-greeting", description: "Sample" };

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "create-extension-"));
  const folder = join(work, "templates", "greeting");
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(
    join(folder, "_package.json"),
    JSON.stringify({ name: template.package, scripts: { start: "sallyport start" } }),
  );
  writeFileSync(join(folder, "_gitignore"), "node_modules/\n");
  writeFileSync(join(folder, "src", "index.ts"), `// ${template.package}\n`);
  writeFileSync(
    join(folder, "sallyport.config.json"),
    '{ "secret": "known", "accounts": [{ "password": "known" }] }',
  );
});

afterEach(() => rmSync(work, { recursive: true }));

const create = (folder: string) => createProject(template, join(work, folder), join(work, "templates"));

describe("a new project", () => {
  it("has the template's files under their real names, and its own name in them", () => {
    expect(create("My Greeting")).toMatchObject({ name: "my-greeting", template: "greeting", starts: true });
    const folder = join(work, "My Greeting");
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name).toBe("my-greeting");
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("node_modules/\n");
    expect(readFileSync(join(folder, "src", "index.ts"), "utf8")).toBe("// my-greeting\n");
  });

  it("has secrets that no other project has, in a file for its owner alone", () => {
    create("one");
    create("two");
    const [one, two] = ["one", "two"].map((name) => join(work, name, "sallyport.config.json"));
    expect(readFileSync(one as string, "utf8")).not.toContain("known");
    expect(readFileSync(one as string, "utf8")).not.toBe(readFileSync(two as string, "utf8"));
    if (process.platform !== "win32") expect(statSync(one as string).mode & 0o777).toBe(0o600);
  });

  it("may go into an empty folder and beside a repository, but not beside anything else", () => {
    mkdirSync(join(work, "fresh", ".git"), { recursive: true });
    expect(create("fresh").name).toBe("fresh");
    expect(() => create("fresh")).toThrow(CreateError);
    writeFileSync(join(work, "file"), "");
    expect(() => create("file")).toThrow(/cannot be used/);
  });

  it("needs a folder whose name can be a package's", () => {
    expect(() => create("日本")).toThrow(/gives no name/);
    expect(projectName("@Corp/MFA")).toBe("corp-mfa");
    expect(projectName("...")).toBeUndefined();
    expect(projectName("x".repeat(215))).toBeUndefined();
  });

  it("is told how to go on", () => {
    const project = create("one");
    expect(commandsFor(project, "one")).toEqual(["cd one", "npm install", "npm test", "npm start"]);
    expect(commandsFor(project, "a b")[0]).toBe('cd "a b"');
    expect(commandsFor({ ...project, starts: false }, "")).toEqual(["npm install", "npm test"]);
  });
});

describe("the secrets of settings", () => {
  it("replace every secret and password and nothing else", () => {
    const settings = '{"secret" : "a", "name": "secret", "password":"b"}';
    expect(withOwnSecrets(settings, () => "NEW")).toBe(
      '{"secret" : "NEW", "name": "secret", "password":"NEW"}',
    );
  });
});
