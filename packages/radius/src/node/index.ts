// Over UDP, on Node.js

// What they resolve to and reject with
export { RadiusAnswer } from "../engine/radius-answer.ts";
export { RadiusTimeoutError } from "../engine/timeout-error.ts";
export {
  createRadiusClient,
  type RadiusClient,
  type RadiusClientOptions,
  type RequestAttributes,
} from "./client.ts";
export { type ListenOptions, listenRadius, type RadiusListener } from "./listener.ts";
