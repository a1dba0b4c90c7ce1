import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./sources.ts";

/** A name of Windows, and what it is called here. */
export interface WindowsName {
  readonly windows: string;
  /** As somebody writes it: `PppEapInput.identity`, `RasSecurityDialogEnd(port)`. */
  readonly here: string;
  readonly kind: "function" | "structure" | "field" | "constant";
}

/** One of the four systems: where its contract stands. */
export interface WindowsSystem {
  readonly title: string;
  /** As it is imported. */
  readonly package: string;
  readonly folders: readonly string[];
}

export const systems: readonly WindowsSystem[] = [
  { title: "NPS extensions", package: "@sallyport/nps", folders: ["packages/nps/src/contract"] },
  { title: "EAP methods", package: "@sallyport/eap", folders: ["packages/eap/src/contract"] },
  {
    title: "RAS security and admin modules",
    package: "@sallyport/ras-security",
    folders: ["packages/ras-security/src/contract"],
  },
  {
    title: "Asynchronous SSPI",
    package: "@sallyport/sspi",
    folders: [
      "packages/sspi/src/calls",
      "packages/sspi/src/contract",
      "packages/sspi/src/buffers",
      "packages/sspi/src/machine",
    ],
  },
];

/**
 * What the contract of a system says of itself: functions, constants and enumeration members keep the names of Windows;
 * the comment of a structure or a field begins with the name that it has there.
 */
export function windowsNames({ folders }: WindowsSystem): readonly WindowsName[] {
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => namesIn(`${folder}/${file}`)),
  );
  const seen = new Set<string>();
  return names.filter(
    ({ windows, here }) => !seen.has(`${windows} ${here}`) && seen.add(`${windows} ${here}`),
  );
}

/** The page: a table for each system, and its constants by their prefixes. */
export function windowsNamesMarkdown(): string {
  const sections = systems.map((system) => {
    const names = windowsNames(system);
    const rows = names
      .filter(({ kind }) => kind !== "constant")
      .map(
        ({ windows, here, kind }) =>
          `| ${kind === "field" ? "" : "**"}\`${windows}\`${kind === "field" ? "" : "**"} | \`${here}\` |`,
      );
    const constants = names.filter(({ kind }) => kind === "constant").map(({ windows }) => windows);
    return [
      `## ${system.title}`,
      "",
      `From \`${system.package}\`.`,
      "",
      "| Windows | Here |",
      "|---|---|",
      ...rows,
      "",
      ...(constants.length === 0
        ? []
        : [`Constants with the same names: ${constants.map((name) => `\`${name}\``).join(", ")}.`, ""]),
    ].join("\n");
  });
  return [
    "# The names of Windows",
    "",
    "Functions, constants and enumeration members are called as in Windows. Structures are objects; their fields and the functions on a handle lose their",
    "prefixes. This table is made from the sources. The browser's search, and the one at the top, find every name.",
    "",
    ...sections,
  ].join("\n");
}

function namesIn(file: string): readonly WindowsName[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), "utf8"),
    ts.ScriptTarget.ES2023,
    true,
  );
  return source.statements.flatMap((statement): readonly WindowsName[] => {
    if (!isExported(statement)) return [];
    if (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) {
      return /^Package[CM]|Operation$|Readings$/.test(statement.name?.text ?? "")
        ? []
        : structureNames(statement);
    }
    if (ts.isTypeAliasDeclaration(statement)) return named(statement, statement.name.text, "structure");
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
      return named(statement, statement.name.text, "function");
    }
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) && constantName.test(name.text)
          ? [{ windows: name.text, here: name.text, kind: "constant" as const }]
          : [],
      );
    }
    return [];
  });
}

function structureNames(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration): readonly WindowsName[] {
  const owner = declaration.name?.text ?? "";
  const members = [...declaration.members].flatMap(
    (member: ts.TypeElement | ts.ClassElement): readonly WindowsName[] => {
      if (member.name === undefined || !ts.isIdentifier(member.name)) return [];
      const name = member.name.text;
      // Entry points and functions under their own names.
      if (/^[A-Z]\w+$/.test(name))
        return [{ windows: name, here: signature(name, member), kind: "function" }];
      const windows = nameInComment(member);
      if (windows === undefined || windows === name) return [];
      const isFunction = ts.isMethodSignature(member) || ts.isMethodDeclaration(member);
      return [
        { windows, here: `${owner}.${signature(name, member)}`, kind: isFunction ? "function" : "field" },
      ];
    },
  );
  return [...named(declaration, owner, "structure"), ...members];
}

function named(node: ts.Node, here: string, kind: WindowsName["kind"]): readonly WindowsName[] {
  const windows = nameInComment(node);
  return windows === undefined ? [] : [{ windows, here, kind }];
}

function signature(name: string, member: ts.Node): string {
  if (!ts.isMethodSignature(member) && !ts.isMethodDeclaration(member)) return name;
  return `${name}(${member.parameters.map((parameter) => parameter.name.getText()).join(", ")})`;
}

/** Enumeration members and macros: `raAccept`, `EAPACTION_Send`, `SECURITYMSG_SUCCESS`. */
const constantName =
  /^(?:[A-Z][A-Za-z0-9]*_\w+|(?:ra|rc|rep|rdt|rat|raat|rap|rrrc|rad)[A-Z]\w*|[A-Z][A-Z0-9_]+)$/;

/** The name with which a comment begins, or which it gives in brackets: `dwMsgId`, `PPP_EAP_INPUT`, "sspi.h: `cbMaxToken`". */
function nameInComment(node: ts.Node): string | undefined {
  const [comment = ""] = ts.getJSDocCommentsAndTags(node).map((part) => part.getText());
  const text = comment.replace(/^\/\*\*[\s*]*|\s*\*\/$/g, "").replace(/\s*\n\s*\*\s?/g, " ");
  const header =
    /\((?:sspi\.h|[a-z]+\.h): `(\w+)`\)/.exec(text)?.[1] ?? /^[a-z]+\.h: `(\w+)`/.exec(text)?.[1];
  if (header !== undefined) return header;
  const told = /^[^.]*: ([A-Z]+_[A-Z_]+) \(Table|\(([A-Z]+_[A-Z0-9_]+)[,)]/.exec(text);
  if (told !== null) return told[1] ?? told[2];
  const first = /^([A-Za-z_]\w*)(?=[:.,(]| \(| as | of | with |$)/.exec(text)?.[1];
  if (first === undefined) return undefined;
  const isStructure = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(first) || first === "HPORT";
  const isField = /^[a-z]{1,6}[A-Z]\w*$/.test(first);
  const isFunction =
    /^(?:[A-Z][a-z0-9]+){2,}$/.test(first) || /^(?:Add|UserName|Domain|LastError)$/.test(first);
  return isStructure || isField || isFunction ? first : undefined;
}

function isExported(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement)
    ? (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
    : false;
}
