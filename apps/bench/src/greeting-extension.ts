// The extension of the benchmark: synchronous, called for every Access-Request, reads one attribute and adds one.
import {
  attributeText,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratReplyMessage,
  ratUserName,
  rcAccessAccept,
  rcAccessRequest,
} from "@sallyport/nps";

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return 0;
  const user = ecb.getRequest().find(ratUserName);
  if (user === undefined) return 0;
  const greeting = radiusAttribute(ratReplyMessage, `Hello, ${attributeText(user)}`);
  return ecb.getResponse(rcAccessAccept)?.add(greeting) ?? 0;
}
