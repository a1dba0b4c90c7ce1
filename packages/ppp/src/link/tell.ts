import { silentLog } from "@sallyport/runtime";
import { PppEvent, pppEventSource } from "../events.ts";
import type { PppLinkOptions } from "./link-options.ts";

/** Calls a receiver of a link's events, and gives what it returned. */
export type Tell = (what: string, call: () => unknown) => unknown;

/** What a receiver throws is logged, for there is nobody else to tell; the link goes on. */
export function teller({ log = silentLog, name = "" }: Pick<PppLinkOptions, "log" | "name">): Tell {
  return (what, call) => {
    try {
      return call();
    } catch (error) {
      log.write({
        source: pppEventSource,
        id: PppEvent.ReceiverFailed,
        severity: "error",
        message: `The receiver of "${what}" failed.`,
        fields: { link: name, error: error instanceof Error ? error.name : typeof error },
      });
      return undefined;
    }
  };
}
