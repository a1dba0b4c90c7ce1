/** The extension of a first configuration: small, real, made to be edited. */
export const starterExtension = `// An NPS extension: this server calls it for every request, as NPS would call an extension DLL.
import {
  type RadiusExtensionControlBlock,
  attributeText,
  radiusAttribute,
  ratCallingStationId,
  ratReplyMessage,
  ratUserName,
  rcAccessAccept,
  rcAccessReject,
  rcAccessRequest,
} from "@sallyport/nps";

/** Devices that nobody may use, by Calling-Station-Id. */
const blocked = ["00-00-5E-00-53-FF"];

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return 0;

  const request = ecb.getRequest();
  const device = request.find(ratCallingStationId);
  if (device !== undefined && blocked.includes(attributeText(device))) {
    ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratReplyMessage, "This device is blocked."));
    ecb.setResponseType(rcAccessReject);
    return 0;
  }

  // Nothing is decided: the password is checked next. This text is sent only if the answer is an Access-Accept.
  const user = request.find(ratUserName);
  if (user !== undefined) {
    const greeting = \`Hello, \${attributeText(user)}. An extension in TypeScript says so.\`;
    ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratReplyMessage, greeting));
  }
  return 0;
}
`;
