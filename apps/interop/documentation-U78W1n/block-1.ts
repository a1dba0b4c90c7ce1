// README.md:63
import {
  attributeText,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratCallingStationId,
  ratReplyMessage,
  rcAccessReject,
  rcAccessRequest,
} from "@sallyport/nps";

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return 0;
  const device = ecb.getRequest().find(ratCallingStationId);
  if (device !== undefined && attributeText(device) === "00-00-5E-00-53-FF") {
    ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratReplyMessage, "This device is blocked."));
    ecb.setResponseType(rcAccessReject);
  }
  return 0;
}

export {};
