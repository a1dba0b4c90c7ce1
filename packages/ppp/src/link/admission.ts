import { ERROR_AUTH_INTERNAL } from "@sallyport/errors/ras";
import type { Ask } from "./ask.ts";
import type {
  PppAddressAnswer,
  PppAddressAssignment,
  PppAdmission,
  PppServerOptions,
  PppSession,
} from "./link-options.ts";

/** What came of asking for admission, then for an address. */
type Admitted = PppAddressAssignment | Extract<PppAdmission, { kind: "refused" }>;

/**
 * Asks whether somebody may come in, and which address he gets. At once where nobody asked returns a promise.
 *
 * @param done called once, with an assignment that the caller has to release
 */
export function admitAndAssign(
  { admit, addresses }: Pick<PppServerOptions, "admit" | "addresses">,
  session: PppSession,
  ask: Ask,
  done: (outcome: Admitted) => void,
): void {
  const assigned = (answer: PppAddressAnswer): void => {
    const usable = answer?.kind === "assigned" || answer?.kind === "refused";
    done(usable ? answer : failed("the address provider gave no answer"));
  };
  const admitted = (admission: PppAdmission): void => {
    if (admission?.kind === "refused") done(admission);
    else if (admission?.kind !== "admitted") done(failed("admit gave no answer"));
    else
      ask(
        () => addresses.assign(session),
        assigned,
        () => done(failed("the address provider failed")),
      );
  };
  if (admit === undefined) admitted({ kind: "admitted" });
  else
    ask(
      () => admit(session),
      admitted,
      () => done(failed("admit failed")),
    );
}

function failed(reason: string): Extract<PppAdmission, { kind: "refused" }> {
  return { kind: "refused", code: ERROR_AUTH_INTERNAL, reason };
}
