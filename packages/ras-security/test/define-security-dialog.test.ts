import { WindowsError } from "@sallyport/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DialogEndedError,
  type DialogVerdict,
  defineSecurityDialog,
  LineEditor,
  type SecurityDialog,
  type SecurityDialogOptions,
} from "../src/index.ts";
import { createHarness, type Harness, type TestCall } from "./harness.ts";

/** A caller in a dialog: what he types, and what he sees. */
async function converse(
  dialog: (dialog: SecurityDialog) => Promise<DialogVerdict>,
  options: SecurityDialogOptions = {},
): Promise<Harness & TestCall & { says(text: string | Uint8Array): Promise<string> }> {
  const harness = createHarness({ module: defineSecurityDialog(dialog, options) });
  const call = harness.dial();
  let seen = 0;
  const fresh = (): string => {
    const text = call.sent.slice(seen);
    seen = call.sent.length;
    return text;
  };
  await harness.settle();
  const says = async (text: string | Uint8Array): Promise<string> => {
    if (text.length > 0) call.type(text);
    await harness.settle();
    return fresh();
  };
  return Object.defineProperties({ says } as never, {
    ...Object.getOwnPropertyDescriptors(harness),
    ...Object.getOwnPropertyDescriptors(call),
  });
}

/** Work that lasts until it is told to end. */
function work(): {
  readonly begun: () => number;
  readonly run: () => Promise<void>;
  end(error?: Error): void;
} {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    begun: () => waiting.length,
    run: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
    end(error) {
      const last = waiting.at(-1);
      if (error === undefined) last?.resolve();
      else last?.reject(error);
    },
  };
}

/** The dialog of RAS-59: name, challenge, response. */
const challenge = async (dialog: SecurityDialog): Promise<DialogVerdict> => {
  const user = await dialog.ask("Username: ");
  dialog.tell("Challenge: 4711\n");
  const response = await dialog.ask("Response: ", { echo: "*", timeoutSeconds: 60 });
  return response === "1174"
    ? dialog.accept(user, "CORP")
    : dialog.refuse(user, "CORP", { message: "Denied.\n" });
};

const lines = async (dialog: SecurityDialog): Promise<DialogVerdict> => {
  const [first, second] = [await dialog.ask("1> "), await dialog.ask("2> ")];
  return dialog.accept(`${first}|${second}`);
};

describe("a dialog", () => {
  it("RAS-59 name prompt, name, challenge, response, verdict", async () => {
    const call = await converse(challenge);
    expect(await call.says("")).toBe("Username: ");
    expect(await call.says("alice\r")).toBe("alice\r\nChallenge: 4711\r\nResponse: ");
    expect(await call.says("1174\r")).toBe("****\r\n~");
    expect(call.hungUp).toBe(false);
  });

  it("RAS-59 a wrong response is refused, with its text before the hang-up", async () => {
    const call = await converse(challenge);
    await call.says("alice\r");
    expect(await call.says("0000\r")).toBe("****\r\nDenied.\r\n");
    expect(call).toMatchObject({
      hungUp: true,
      outcome: { kind: "failure", userName: "alice", domain: "CORP" },
    });
  });

  it("RAS-60 a caller who does not answer in time is refused: FAILURE, not ERROR", async () => {
    const call = await converse(async (dialog) => {
      dialog.identify(await dialog.ask("Username: "));
      return dialog.accept(await dialog.ask("Passcode: "));
    });
    await call.says("alice\r");
    await call.clock.advanceAsync(60_000);
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "failure", userName: "alice" } });
    expect(call.sent.endsWith("\r\nGood bye.\r\n")).toBe(true);
    expect(call.log.withId(20_093)).toHaveLength(1);
  });

  it("a slow typist has time: the idle limit begins anew with every key, the limit of an answer does not", async () => {
    const slow = await converse(lines, { idleSeconds: 30 });
    for (const key of "alice\r") {
      await slow.clock.advanceAsync(29_000);
      await slow.says(key);
    }
    expect(slow.sent).toBe("1> alice\r\n2> ");
    const limited = await converse(async (dialog) =>
      dialog.accept(await dialog.ask("> ", { timeoutSeconds: 60 })),
    );
    for (let key = 0; key < 120; key++) {
      expect(limited.outcome, `after ${key / 2} s`).toBeUndefined();
      await limited.clock.advanceAsync(500);
      await limited.says("x");
    }
    expect(limited.outcome?.kind).toBe("failure");
  });

  it.each([0, 60])(
    "the limit of an answer counts also where nothing is typed, with an idle limit of %d",
    async (idleSeconds) => {
      const call = await converse(
        async (dialog) => dialog.accept(await dialog.ask("> ", { timeoutSeconds: 10 })),
        { idleSeconds },
      );
      await call.clock.advanceAsync(9_999);
      expect(call.outcome).toBeUndefined();
      await call.clock.advanceAsync(1);
      expect(call.outcome?.kind).toBe("failure");
    },
  );

  it("no idle limit waits a day", async () => {
    const call = await converse(lines, { idleSeconds: 0 });
    await call.clock.advanceAsync(86_400_000);
    expect(call.outcome).toBeUndefined();
  });

  it("type-ahead answers later questions, under their own echo", async () => {
    const call = await converse(challenge);
    expect(await call.says("alice\r1174\r~LCP")).toBe(
      "Username: alice\r\nChallenge: 4711\r\nResponse: ****\r\n~",
    );
    expect(call.outcome).toMatchObject({ kind: "success", unread: new Uint8Array(Buffer.from("~LCP")) });
  });

  it("the second half of a line end does not reach the next stage", async () => {
    for (const end of ["\r\n", "\r\0"]) {
      const call = await converse(challenge);
      await call.says(`alice${end}1174${end}`);
      expect(call.outcome).toMatchObject({ kind: "success", userName: "alice", unread: new Uint8Array(0) });
    }
  });

  it("an empty line repeats the prompt, up to a bound; where it is allowed it is an answer", async () => {
    const call = await converse(lines, { maxRepeats: 2 });
    expect(await call.says("\r\n")).toBe("1> \r\n1> ");
    expect(await call.says("\r\0")).toBe("\r\n1> ");
    expect(await call.says("\n")).toContain("Good bye.");
    expect(call.outcome?.kind).toBe("failure");
    const allowed = await converse(async (dialog) =>
      dialog.accept(`<${await dialog.ask("> ", { allowEmpty: true })}>`),
    );
    await allowed.says("\r");
    expect(allowed.outcome).toMatchObject({ userName: "<>" });
  });

  it("echo: what is typed, stars, or nothing; a line end is always shown", async () => {
    const call = await converse(async (dialog) => {
      await dialog.ask("1> ");
      await dialog.ask("2> ", { echo: "*" });
      await dialog.ask("3> ", { echo: false });
      return dialog.accept("x");
    });
    expect(await call.says("ab\r")).toBe("1> ab\r\n2> ");
    expect(await call.says("é€b\r")).toBe("***\r\n3> ");
    expect(await call.says("cd\u007f\r")).toBe("\r\n~");
  });

  it("hanging up ends the question with a DialogEndedError that says so, at any prompt; the module may see it", async () => {
    for (const answered of [0, 1]) {
      let seen: unknown;
      const call = await converse(async (dialog) => {
        try {
          return await lines(dialog);
        } catch (error) {
          seen = error;
          throw error;
        }
      });
      if (answered > 0) await call.says("alice\r");
      await call.says("half");
      call.hangUp();
      await call.settle();
      expect(seen).toBeInstanceOf(DialogEndedError);
      expect(seen).toMatchObject({ reason: "disconnected", code: 629 });
      expect(call).toMatchObject({ outcome: { kind: "aborted", error: 629 } });
      expect(call.log.events.filter(({ severity }) => severity === "error")).toEqual([]);
    }
  });

  it.each([
    ["an exception is ERROR 645", new Error("no database"), 645],
    ["a WindowsError is its code", new WindowsError(649, { space: "ras" }), 649],
    ["no verdict is ERROR 645", undefined, 645],
  ])("%s, logged under the module's name", async (_, thrown, error) => {
    const call = await converse(async () => {
      if (thrown !== undefined) throw thrown;
      return undefined as never;
    });
    await call.settle();
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "error", error } });
    expect(call.log.events[0]).toMatchObject({ source: "manual", severity: "error" });
  });

  it("a dialog that throws before its first question does so, too", async () => {
    const call = await converse(() => {
      throw new Error("at once");
    });
    expect(call.outcome).toEqual({ kind: "error", error: 645 });
  });

  it("retry: three attempts, then it is the dialog's to refuse", async () => {
    const call = await converse(async (dialog) => {
      const user = await dialog.retry({ attempts: 3, again: "Login incorrect.\n" }, async () => {
        const [name, password] = [
          await dialog.ask("Name: "),
          await dialog.ask("Password: ", { echo: false }),
        ];
        return password === "secret" ? name : undefined;
      });
      return user === undefined ? dialog.refuse("", "") : dialog.accept(user);
    });
    await call.says("a\r1\rb\r2\r");
    expect(call.sent.match(/Login incorrect/g)).toHaveLength(2);
    await call.says("c\rsecret\r");
    expect(call.outcome).toMatchObject({ kind: "success", userName: "c" });
  });

  it("menu: by number, by name, again when wrong, bounded", async () => {
    const choose = async (dialog: SecurityDialog) =>
      dialog.accept(await dialog.menu("Where to?", { shell: "A shell", mail: "Mail" }));
    const call = await converse(choose);
    expect(await call.says("")).toBe("Where to?\r\n  1  A shell\r\n  2  Mail\r\nChoice: ");
    expect(await call.says("3\r")).toContain("Please choose 1 to 2.\r\nChoice: ");
    await call.says("MAIL\r");
    expect(call.outcome).toMatchObject({ userName: "mail" });
    const lost = await converse(choose, { maxRepeats: 1 });
    await lost.says("x\rconstructor\r");
    expect(lost.outcome?.kind).toBe("failure");
  });

  it("page: stops after each page, any key goes on, q ends; a line end is one key", async () => {
    const text = Array.from({ length: 7 }, (_, index) => `line ${index + 1}\n`).join("");
    const read = async (dialog: SecurityDialog) =>
      dialog.accept(String(await dialog.page(text, { rows: 4 })));
    const call = await converse(read);
    expect(await call.says("")).toBe("line 1\r\nline 2\r\nline 3\r\n-- more --");
    expect(await call.says("\r")).toBe("\r          \rline 4\r\nline 5\r\nline 6\r\n-- more --");
    expect(await call.says("\n")).toBe("");
    expect(await call.says("\u001b[B")).toBe("");
    expect(await call.says(" ")).toContain("line 7");
    expect(call.outcome).toMatchObject({ userName: "true" });
    for (const key of ["q", "Q", "\u0003"]) {
      const short = await converse(read);
      await short.says(key);
      expect(short.outcome).toMatchObject({ userName: "false" });
    }
  });

  it("tells its surroundings: device, settings, clock, log", async () => {
    const call = await converse(async (dialog) => {
      dialog.log.information("began");
      return dialog.accept(
        `${dialog.deviceName} ${dialog.settings} ${dialog.clock.monotonic()} ${dialog.signal.aborted}`,
      );
    });
    expect(call.outcome).toMatchObject({ userName: "COM1 undefined 0 false" });
    expect(call.log.events).toMatchObject([{ source: "manual", severity: "information" }]);
  });

  it("a caller who sends 10 MB at a prompt gets nowhere and costs nothing", async () => {
    const call = await converse(lines);
    const noise = new Uint8Array(65_536).fill(120);
    for (let sent = 0; sent < 10_000_000; sent += noise.length) await call.says(noise);
    expect(call.call.state).toBe("Active");
    await call.says("\r");
    await call.says("end\r");
    expect(call.outcome?.kind).toBe("error"); // 256 characters and more are no user name (RAS-38)
    expect(call.sent.length).toBeLessThan(10_000); // a bell for each receive
  });

  it("impossible limits are refused by name", () => {
    expect(() => defineSecurityDialog(lines, { idleSeconds: -1 })).toThrow("idleSeconds");
    expect(() => defineSecurityDialog(lines, { maxRepeats: 0.5 })).toThrow("maxRepeats");
  });
});

describe("the line editor", () => {
  const typed = (bytes: string | Uint8Array, echo: true | "*" | false = true) => {
    const editor = new LineEditor();
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const { line, echo: shown } = editor.type(all, { echo, maxLength: 256 });
    return { line, shown: Buffer.from(shown).toString("utf8") };
  };

  it.each([
    ["alicx\be\r", "alice"],
    ["alicx\u007fe\r", "alice"],
    ["wrong\u0015right\r", "right"],
    ["one two  \u0017three\r", "one three"],
    ["\b\b\u0015a\r", "a"],
    ["grü\b\bx\r", "gx"],
    ["a€\bb\r", "ab"],
    ["a\u001b[Ab\u001bOPc\r", "abc"],
    ["a\u001b[1;5Db\r", "ab"],
    ["a\u001b[@b\r", "ab"],
    ["a\u0001\u0002\tb\r", "ab"],
    ["a\u001b\r", "a"],
  ])("%j is %j", (keys, line) => {
    expect(typed(keys).line).toBe(line);
  });

  it("what is wiped is wiped on the screen", () => {
    expect(typed("ab\b").shown).toBe("ab\b \b");
    expect(typed("ab\u0015", "*").shown).toBe("**\b \b\b \b");
    expect(typed("ab\u0015", false).shown).toBe("");
    expect(typed("\b").shown).toBe("");
  });

  it("a terminal without UTF-8 is understood as Latin-1", () => {
    expect(typed(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e, 13)).line).toBe("grün");
    expect(typed(Uint8Array.of(0x67, 0xa7, 0x08, 13)).line).toBe("g");
  });

  it("a bell tells that the line is full; nothing typed before is lost", () => {
    const editor = new LineEditor();
    const full = editor.type(Buffer.from("abcdef"), { echo: true, maxLength: 3 });
    expect(Buffer.from(full.echo).toString()).toBe("abc\u0007");
    expect(editor.type(Buffer.from("\r"), { echo: true, maxLength: 3 }).line).toBe("abc");
  });

  it("CR, LF, CR LF and CR NUL are one line end, however the bytes are cut", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 6 });
    const ends = fc.constantFrom("\r", "\n", "\r\n", "\r\0");
    fc.assert(
      fc.property(
        words,
        ends,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 40, maxLength: 40 }),
        (all, end, cuts) => {
          const bytes = new TextEncoder().encode(all.map((word) => word + end).join(""));
          const editor = new LineEditor();
          const got: string[] = [];
          let at = 0;
          for (const cut of cuts) {
            let part = bytes.subarray(at, (at += cut));
            while (part.length > 0) {
              const { used, line } = editor.type(part, { echo: false, maxLength: 99 });
              if (line !== undefined) got.push(line);
              part = part.subarray(used);
            }
          }
          let rest = bytes.subarray(at);
          while (rest.length > 0) {
            const { used, line } = editor.type(rest, { echo: false, maxLength: 99 });
            if (line !== undefined) got.push(line);
            rest = rest.subarray(used);
          }
          expect(got).toEqual(all);
        },
      ),
    );
  });

  it("takes any bytes, uses each once, and never shows more than they could", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom<(true | "*" | false)[]>(true, "*", false),
        (bytes, echo) => {
          const editor = new LineEditor();
          let rest = bytes;
          while (rest.length > 0) {
            const { used, echo: shown } = editor.type(rest, { echo, maxLength: 16 });
            expect(used).toBeGreaterThan(0);
            expect(shown.length).toBeLessThanOrEqual(64 + 3 * used);
            rest = rest.subarray(used);
          }
        },
      ),
    );
  });
});

describe("work at the end of a dialog", () => {
  const ends = (steps: readonly string[]): string[] => steps.filter((step) => /Complete|End/.test(step));

  it.each([
    ["1", "SUCCESS", "success"],
    ["2", "FAILURE", "failure"],
  ])("RAS-44 RAS-50 holds the verdict back until it is done: %s", async (typed, message, kind) => {
    const { begun, run, end } = work();
    const call = await converse(async (dialog) => {
      dialog.delayEnd(run);
      return (await dialog.ask("? ")) === "1" ? dialog.accept("alice") : dialog.refuse("alice");
    });
    expect(begun()).toBe(0);
    await call.says(`${typed}\r`);
    expect([begun(), call.outcome, call.call.state]).toEqual([1, undefined, "Delayed"]);
    end();
    await call.settle();
    expect(call.outcome).toMatchObject({ kind });
    expect(ends(call.steps)).toEqual([
      `RasSecurityDialogComplete(SECURITYMSG_${message})`,
      "RasSecurityDialogEnd -> NO_ERROR",
      `RasSecurityDialogComplete(SECURITYMSG_${message})`,
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
    ]);
  });

  it("is done when the line is lost, too", async () => {
    const { begun, run, end } = work();
    const call = await converse(async (dialog) => {
      dialog.delayEnd(run);
      return dialog.accept(await dialog.ask("? "));
    });
    call.hangUp();
    await call.settle();
    expect([begun(), call.outcome]).toEqual([1, undefined]);
    end();
    await call.settle();
    expect(call.outcome).toMatchObject({ kind: "aborted" });
  });

  it("RAS-53 is given up by the host when it lasts too long, and may end later", async () => {
    const { run, end } = work();
    const call = await converse(async (dialog) => {
      dialog.delayEnd(run);
      return dialog.accept("alice");
    });
    await call.clock.advanceAsync(30_000);
    expect(call.outcome).toMatchObject({ kind: "delayed too long" });
    end();
    await call.settle();
    expect(call.outcome).toMatchObject({ kind: "delayed too long" });
  });

  it("is done one after the other, whatever becomes of each; a failure is logged and changes nothing", async () => {
    const done: string[] = [];
    const call = await converse(async (dialog) => {
      dialog.delayEnd(async () => {
        done.push("first");
        throw new Error("the disk is full");
      });
      dialog.delayEnd(async () => void done.push("second"));
      return dialog.accept("alice");
    });
    expect(call.outcome).toMatchObject({ kind: "success" });
    expect(done).toEqual(["first", "second"]);
    expect(call.log.events.map(({ message }) => message)).toContain(
      "the work at the end of the dialog failed: the disk is full",
    );
  });

  it("that comes after the end runs, and delays nothing", async () => {
    let late = 0;
    const call = await converse(async (dialog) => {
      await dialog.ask("? ").catch(() => dialog.delayEnd(async () => void late++));
      return dialog.refuse();
    });
    call.hangUp();
    await call.settle();
    expect(call.outcome).toMatchObject({ kind: "aborted" });
    expect(late).toBe(1);
  });
});
