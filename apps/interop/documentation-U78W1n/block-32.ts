// packages/nps/README.md:12
import { type RadiusExtensionControlBlock, rcAccessReject, rcAccessRequest, ratCallingStationId } from "@sallyport/nps";

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType === rcAccessRequest && ecb.getRequest().find(ratCallingStationId) === undefined) {
    ecb.setResponseType(rcAccessReject);
  }
  return 0;
}

export {};
