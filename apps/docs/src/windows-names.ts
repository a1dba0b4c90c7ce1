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
  /** Single files of the contract. */
  readonly files?: readonly string[];
  /** Names that nobody imports: they are in what the package shows. */
  readonly shown?: { readonly where: string; readonly files: readonly string[] };
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
      "packages/sspi/src/handles",
      "packages/sspi/src/machine",
    ],
    files: [
      "packages/sspi/src/time-stamp.ts",
      "packages/errors/src/sspi-constants.generated.ts",
      "packages/errors/src/sspi-status.generated.ts",
    ],
    shown: {
      where:
        "In what `sspi decode` and `@sallyport/sspi/decode` show of NTLM messages, flags without their prefix",
      files: [
        "packages/sspi/src/packages/ntlm/wire/negotiate-flags.ts",
        "packages/sspi/src/packages/ntlm/wire/av-pairs.ts",
      ],
    },
  },
];

/**
 * What the contract of a system says of itself: functions, constants and enumeration members keep the names of Windows;
 * the comment of a structure or a field begins with the name that it has there.
 */
export function windowsNames({ folders, files = [] }: WindowsSystem): readonly WindowsName[] {
  const inFolders = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
  const names = [...inFolders, ...files].flatMap(namesIn);
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
    const shown = (system.shown?.files ?? []).flatMap(namesIn).map(({ windows }) => windows);
    return [
      `## ${system.title}`,
      "",
      `From [\`${system.package}\`](/${system.package.replace("@sallyport", "packages")}).`,
      "",
      "| Windows | Here |",
      "|---|---|",
      ...rows,
      "",
      ...folded(`${constants.length} constants have the same names`, constants),
      ...(system.shown === undefined ? [] : folded(system.shown.where, shown)),
    ].join("\n");
  });
  return [
    "---",
    "pageClass: names",
    "---",
    "",
    "# The names of Windows",
    "",
    "Functions, constants and enumeration members are called as in Windows. Structures are objects; their fields and the functions on a handle lose their",
    "prefixes. This table is made from the sources. The browser's search, and the one at the top, find every name.",
    "",
    ...sections,
  ].join("\n");
}

/** A list of names that nobody reads from end to end; both searches find what is in it. */
function folded(title: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`::: details ${title}`, names.map((name) => `\`${name}\``).join(", "), ":::", ""];
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
    if (ts.isTypeAliasDeclaration(statement)) return aliasNames(statement);
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
      const { text } = statement.name;
      if (isFunctionName(text))
        return [{ windows: text, here: signature(text, statement), kind: "function" }];
      return named(statement, text, "function");
    }
    if (ts.isVariableStatement(statement)) {
      const constants = statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) && constantName.test(name.text)
          ? [{ windows: name.text, here: name.text, kind: "constant" as const }]
          : [],
      );
      return [...enumerationName(statement, source), ...constants];
    }
    return [];
  });
}

function structureNames(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration): readonly WindowsName[] {
  const owner = declaration.name?.text ?? "";
  const members = [...declaration.members].flatMap(
    (member: ts.TypeElement | ts.ClassElement): readonly WindowsName[] => {
      if (member.name === undefined) return [];
      if (ts.isComputedPropertyName(member.name)) return chosenNames(owner, member, member.name);
      if (!ts.isIdentifier(member.name)) return [];
      const name = member.name.text;
      // Entry points and functions under their own names.
      if (/^[A-Z]\w+$/.test(name))
        return [{ windows: name, here: signature(name, member), kind: "function" }];
      const isFunction = ts.isMethodSignature(member) || ts.isMethodDeclaration(member);
      if (!isFunction) return fieldNames(owner, member, nameInComment(declaration) !== undefined);
      const windows = nameInComment(member);
      return windows === undefined || windows === name
        ? []
        : [{ windows, here: `${owner}.${signature(name, member)}`, kind: "function" }];
    },
  );
  return [...named(declaration, owner, "structure"), ...members];
}

/** A structure that is chosen by a number: `ContextAttributes[SECPKG_ATTR_NAMES]`. */
function chosenNames(
  owner: string,
  member: ts.Node,
  { expression }: ts.ComputedPropertyName,
): readonly WindowsName[] {
  const here = `${owner}[${expression.getText().replace(/^\w+\./, "")}]`;
  const type = ts.isPropertySignature(member) ? member.type : undefined;
  const fields = type !== undefined && ts.isTypeLiteralNode(type) ? [...type.members] : [];
  return [...named(member, here, "structure"), ...fields.flatMap((field) => fieldNames(here, field, true))];
}

/** A structure whose members depend on each other is a union; each has the same fields. */
function aliasNames(alias: ts.TypeAliasDeclaration): readonly WindowsName[] {
  const owner = alias.name.text;
  const [structure] = named(alias, owner, "structure");
  if (structure === undefined) return [];
  if (isFunctionName(structure.windows) && !commentOf(alias).includes(".h: `")) {
    // A callback has the name of its function; anything else only begins with words.
    return ts.isFunctionTypeNode(alias.type) ? [{ ...structure, kind: "function" }] : [];
  }
  const parts = ts.isUnionTypeNode(alias.type) ? alias.type.types : [alias.type];
  const fields = parts.flatMap((part) => (ts.isTypeLiteralNode(part) ? [...part.members] : []));
  return [structure, ...fields.flatMap((field) => fieldNames(owner, field, true))];
}

/** A field may stand for two of Windows: octets know how many they are. */
function fieldNames(owner: string, member: ts.Node, isStructure: boolean): readonly WindowsName[] {
  if (!(ts.isPropertySignature(member) || ts.isPropertyDeclaration(member))) return [];
  const name = member.name.getText();
  const [sentence = ""] = commentOf(member).split(/\.(?:\s|$)/);
  const word = isStructure ? /^(Action|Value)(?=:)/.exec(commentOf(member))?.[1] : undefined;
  const first = nameInComment(member) ?? word;
  if (first === undefined || first === name) return [];
  const others = [
    ...sentence.matchAll(/(?<![\w.])(?:cb|c|dw|p|lp)[A-Z]\w+|(?<=and `)\w+(?=` as its length)/g),
  ].map(([other]) => other);
  return [...new Set([first, ...others])].map((windows) => ({
    windows,
    here: `${owner}.${name}`,
    kind: "field",
  }));
}

/** An enumeration is the constants below the comment that names it, and a type where there is one. */
function enumerationName(statement: ts.VariableStatement, source: ts.SourceFile): readonly WindowsName[] {
  const windows = /^([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?=[:,])/.exec(commentOf(statement))?.[1];
  const first = statement.declarationList.declarations[0]?.name.getText();
  if (windows === undefined || first === undefined || first === windows) return [];
  const type = windows.replace(
    /_?([A-Z0-9])([A-Z0-9]*)/g,
    (_, one: string, rest: string) => one + rest.toLowerCase(),
  );
  const here = source.statements.some((other) => ts.isTypeAliasDeclaration(other) && other.name.text === type)
    ? type
    : `${first} ...`;
  return [{ windows, here, kind: "structure" }];
}

function named(node: ts.Node, here: string, kind: WindowsName["kind"]): readonly WindowsName[] {
  const windows = nameInComment(node);
  return windows === undefined ? [] : [{ windows, here, kind }];
}

function signature(name: string, member: ts.Node): string {
  if (!ts.isMethodSignature(member) && !ts.isMethodDeclaration(member) && !ts.isFunctionDeclaration(member)) {
    return name;
  }
  const parameters = member.parameters.map((parameter) => parameter.name.getText()).join(", ");
  // A dozen of them are what Windows has, too.
  return `${name}(${parameters.length > 80 ? "..." : parameters})`;
}

/** Enumeration members and macros: `raAccept`, `EAPACTION_Send`, `SECURITYMSG_SUCCESS`. */
const constantName =
  /^(?:[A-Z][A-Za-z0-9]*_\w+|(?:ra|rc|rep|rdt|rat|raat|rap|rrrc|rad)[A-Z]\w*|MsvAv\w+|[A-Z][A-Z0-9_]+)$/;

/** The name with which a comment begins, or which it gives in brackets: `dwMsgId`, `PPP_EAP_INPUT`, "sspi.h: `cbMaxToken`". */
function nameInComment(node: ts.Node): string | undefined {
  const text = commentOf(node);
  const header =
    /\((?:sspi\.h|[a-z]+\.h): `(\w+)`\)/.exec(text)?.[1] ?? /^[a-z]+\.h: `(\w+)`/.exec(text)?.[1];
  if (header !== undefined) return header;
  const told = /^[^.]*: ([A-Z]+_[A-Z_]+) \(Table|\(([A-Z]+_[A-Z0-9_]+)[,)]/.exec(text);
  if (told !== null) return told[1] ?? told[2];
  const first = /^([A-Za-z_]\w*)(?=[:.,(]| \(| as | of | with |$)/.exec(text)?.[1];
  if (first === undefined) return undefined;
  const isStructure = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(first) || first === "HPORT";
  const isField = /^[a-z]{1,6}[A-Z]\w*$/.test(first);
  const isWord = /^(?:Add|UserName|Domain|LastError)$/.test(first);
  return isStructure || isField || isWord || isFunctionName(first) ? first : undefined;
}

/** What a comment says before its tags, on one line. */
function commentOf(node: ts.Node): string {
  const [comment = ""] = ts.getJSDocCommentsAndTags(node).map((part) => part.getText());
  const text = comment.replace(/^\/\*\*[\s*]*|\s*\*\/$/g, "").replace(/\s*\n\s*\*\s?/g, " ");
  return text.split(/(?:^|\s)@[a-z]+\b/)[0] ?? "";
}

function isFunctionName(name: string): boolean {
  return /^(?:[A-Z][a-z0-9]+){2,}$/.test(name);
}

function isExported(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement)
    ? (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
    : false;
}
