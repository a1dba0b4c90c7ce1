import type { SecBuffer } from "../buffers/sec-buffer.ts";
import { bufferBytes, findBuffer } from "../buffers/sec-buffer.ts";
import type { ContextStep, PackageCredential } from "../contract/security-package.ts";
import type { ChannelBindings } from "../wire/channel-bindings.ts";
import { CallView } from "./call-view.ts";

/** What a package is given of one step. */
export class StepView extends CallView implements ContextStep {
  token: Uint8Array = nothing;
  targetName = "";
  contextReq = 0;
  dataRepresentation = 0;
  channelBindings: ChannelBindings | undefined = undefined;
  requiresChannelBindings = false;
  input: readonly SecBuffer[] = none;
  credential: PackageCredential | undefined = undefined;

  asks(flag: number): boolean {
    return flag > 0xffffffff
      ? (Math.floor(this.contextReq / 2 ** 32) & Math.floor(flag / 2 ** 32)) !== 0
      : ((this.contextReq % 2 ** 32) & flag) !== 0;
  }

  find(type: number): Uint8Array | undefined {
    const buffer = findBuffer(this.input, type);
    return buffer && bufferBytes(buffer);
  }
}

const nothing = new Uint8Array(0);
const none: readonly SecBuffer[] = [];
