import { isIP } from "node:net";
import { z } from "zod";
import { closest } from "./mistake.ts";

/** Every message of a schema is "problem" + newline + "remedy"; `load-settings.ts` takes them apart. */
export const message = (problem: string, remedy: string): string => `${problem}\n${remedy}`;

/** An object that knows its keys: an unknown one is a mistake, whose remedy `load-settings.ts` finds among the known ones. */
export function record<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys")
        return typeMessage(issue, "an object", `keys: ${known.join(", ")}`);
      return message("is an unknown key", known.join(", "));
    },
  });
}

export function typeMessage(issue: { readonly input?: unknown }, expected: string, remedy: string): string {
  const problem =
    issue.input === undefined ? "is missing" : `is ${kindOf(issue.input)} where ${expected} belongs`;
  return message(problem, remedy);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}

export const text = (what: string): z.ZodString =>
  z
    .string({ error: (issue) => typeMessage(issue, "text", `write ${what}, in quotes`) })
    .min(1, { error: message("is empty", `write ${what}`) });

export const flag = z.boolean({
  error: (issue) => typeMessage(issue, "true or false", "write true or false, without quotes"),
});

export const list = <Item extends z.ZodType>(item: Item, what: string): z.ZodArray<Item> =>
  z.array(item, { error: (issue) => typeMessage(issue, "a list", `write a list of ${what}: [ ... ]`) });

export const choice = <const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> =>
  z.enum(words, {
    error: (issue) => {
      const meant = typeof issue.input === "string" ? closest(issue.input, words) : undefined;
      const found =
        issue.input === undefined ? "is missing" : `${JSON.stringify(issue.input)} is not possible`;
      return message(
        found,
        meant === undefined ? `write one of ${words.join(", ")}` : `did you mean "${meant}"?`,
      );
    },
  });

export const network = text("an IP address").refine(isAddressOrNetwork, {
  error: (issue) =>
    message(
      `${JSON.stringify(issue.input)} is neither an IP address nor a network`,
      'write for example "192.0.2.7", "2001:db8::7" or the network "10.0.0.0/8"',
    ),
});

/** What a function of `@sallyport/accounts` refuses with a RangeError is a mistake with its words. */
export const readable = (read: (value: string) => unknown, what: string, remedy: string): z.ZodString =>
  text(what).check((context) => {
    try {
      read(context.value);
    } catch (error) {
      context.issues.push({
        code: "custom",
        input: context.value,
        message: message((error as Error).message, remedy),
      });
    }
  });

function isAddressOrNetwork(value: string): boolean {
  const [address = "", prefix, ...rest] = value.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
