import type { ExtensionEnvironment } from "@sallyport/nps";
import { directoryFile } from "./node/directory-file.ts";
import { type Directory, directoryOf, isRecord, rulesOf, type VlanRules } from "./vlans.ts";

/** Settings that were found right, and the directory that they name. */
export interface Configuration {
  readonly rules: VlanRules;
  readonly directory: Directory;
}

/** Reads settings and directory; every mistake is told, with its place. */
export function configurationOf(environment: ExtensionEnvironment): {
  readonly configuration: Configuration;
  readonly mistakes: readonly string[];
} {
  const { settings } = environment;
  const mistakes: string[] = [];
  const mistake = (text: string): void => {
    mistakes.push(text);
  };
  const rules = rulesOf(settings, mistake);
  const { directory: file, groups } = isRecord(settings) ? settings : {};
  if (file !== undefined && groups !== undefined)
    mistake("settings have groups and directory; write one of the two");
  const directory =
    typeof file === "string"
      ? directoryFile(file, environment, mistake)
      : directoryOf(groups, "settings.groups", mistake);
  return { configuration: { rules, directory }, mistakes };
}
