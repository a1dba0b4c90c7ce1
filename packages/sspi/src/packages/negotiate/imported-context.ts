import { type NamedCode, WindowsError } from "@sallyport/errors";
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_SECPKG_NOT_FOUND,
  SEC_E_UNSUPPORTED_FUNCTION,
} from "@sallyport/errors/sspi";
import type { ContextRole, PackageContext, StepAnswer } from "../../contract/security-package.ts";
import { NegotiateContext } from "./negotiate-context.ts";
import type { NegotiateMechanism } from "./negotiate-mechanism.ts";

/**
 * Makes a context again of what {@link NegotiateContext} exported: state, name of the mechanism, its own state.
 *
 * @throws {WindowsError} SEC_E_INVALID_TOKEN for bytes that are none, SEC_E_SECPKG_NOT_FOUND where the mechanism is not
 * here, SEC_E_UNSUPPORTED_FUNCTION where it cannot import
 */
export function importedContext(
  mechanisms: readonly NegotiateMechanism[],
  state: Uint8Array,
  role: ContextRole,
): PackageContext {
  const [negotiationState = 0, length = 0] = state;
  if (state.length < 2 + length) throw failure({ SEC_E_INVALID_TOKEN });
  const name = new TextDecoder().decode(state.subarray(2, 2 + length));
  const mechanism = mechanisms.find((known) => known.package.info.name === name);
  if (mechanism === undefined) throw failure({ SEC_E_SECPKG_NOT_FOUND });
  const context = mechanism.package.importContext?.(state.slice(2 + length), role);
  if (context === undefined) throw failure({ SEC_E_UNSUPPORTED_FUNCTION });
  return new ImportedContext(role, mechanism, context, negotiationState);
}

class ImportedContext extends NegotiateContext {
  constructor(role: ContextRole, mechanism: NegotiateMechanism, context: PackageContext, state: number) {
    super(role);
    this.take(mechanism, context, state);
  }

  /** Never asked for: it is established. */
  step(): StepAnswer {
    return { status: SEC_E_INVALID_TOKEN };
  }
}

function failure(code: NamedCode): WindowsError {
  return new WindowsError(code, { space: "hresult" });
}
