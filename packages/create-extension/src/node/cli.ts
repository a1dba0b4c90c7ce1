#!/usr/bin/env node
import { relative } from "node:path";
import { parseArgs, styleText } from "node:util";
import { cancel, intro, isCancel, outro, select, text } from "@clack/prompts";
import { CreateError, commandsFor, createProject, type Project } from "./create-project.ts";
import { readTemplates, type Template, templatesFolder } from "./templates.ts";

const help = `create-extension: begins an extension from a working sample: source, tests, and settings to run it with.

Usage: npm create @sallyport/extension [FOLDER] -- [options]

  --template NAME   what to begin with; asked for on a terminal
  --list            show the templates
  --json            tell the result, or the list, as JSON; nothing is asked
  --help            show this

Examples:
  npm create @sallyport/extension                                        asks for what it needs
  npm create @sallyport/extension my-mfa -- --template nps-totp-challenge
  npm create @sallyport/extension -- --list

Exit status 1: the folder cannot be used; 2: a mistake on the command line, or the questions were left.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (error instanceof CreateError) {
      process.stderr.write(`${paint("red", "error:")} ${error.message}\nRemedy: ${error.remedy}\n`);
      return 1;
    }
    if (isUsageError(error)) {
      process.stderr.write(
        `${paint("red", "error:")} ${error.message}\nRemedy: --help shows what there is\n`,
      );
      return 2;
    }
    throw error;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      template: { type: "string", short: "t" },
      list: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return told(help);
  const templates = readTemplates();
  if (values.list)
    return told(values.json ? `${JSON.stringify(templates, undefined, 2)}\n` : listed(templates));
  if (positionals.length > 1) throw usage(`one folder is enough; found ${positionals.join(", ")}`);
  const asks = !values.json && process.stdin.isTTY && process.stdout.isTTY;
  const named = values.template === undefined ? undefined : templateCalled(values.template, templates);
  const [givenFolder] = positionals;
  if (!asks && named === undefined) {
    throw usage(`--template is missing; one of ${templates.map(({ name }) => name).join(", ")}`);
  }
  if (!asks && givenFolder === undefined) throw usage("the folder of the new project is missing");

  if (asks) intro("A new extension for Sallyport");
  const template = named ?? (await askForTemplate(templates));
  const folder = template && (givenFolder ?? (await askForFolder(template)));
  if (template === undefined || folder === undefined) {
    cancel("Nothing was written.");
    return 2;
  }
  const project = createProject(template, folder, templatesFolder);
  if (values.json) {
    return told(
      `${JSON.stringify({ ...project, commands: commandsFor(project, shown(project)) }, undefined, 2)}\n`,
    );
  }
  const summary = `${project.name} begins with ${template.name}: ${template.description}\n\n${commandsFor(
    project,
    shown(project),
  )
    .map((command) => `  ${command}`)
    .join("\n")}\n\nREADME.md in it says what to try.`;
  if (asks) outro(summary);
  else told(`${summary}\n`);
  return 0;
}

function told(what: string): number {
  process.stdout.write(what);
  return 0;
}

function listed(templates: readonly Template[]): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  return templates.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join("");
}

function templateCalled(name: string, templates: readonly Template[]): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  throw usage(
    `there is no template "${name}"; there are ${templates.map((template) => template.name).join(", ")}`,
  );
}

async function askForTemplate(templates: readonly Template[]): Promise<Template | undefined> {
  const answer = await select({
    message: "What is it to begin with?",
    options: templates.map((template) => ({
      value: template,
      label: template.name,
      hint: template.description,
    })),
  });
  return isCancel(answer) ? undefined : answer;
}

async function askForFolder(template: Template): Promise<string | undefined> {
  const answer = await text({
    message: "In which folder?",
    placeholder: template.name,
    defaultValue: template.name,
  });
  return isCancel(answer) ? undefined : answer;
}

/** The project's folder as a person here would write it. */
function shown({ folder }: Project): string {
  const short = relative(process.cwd(), folder);
  return short.startsWith("..") ? folder : short;
}

function usage(problem: string): Error {
  return Object.assign(new Error(problem), { code: "USAGE" });
}

function isUsageError(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "USAGE" || code.startsWith("ERR_PARSE_ARGS");
}

function paint(style: "red", what: string): string {
  return styleText(style, what, { stream: process.stderr });
}
