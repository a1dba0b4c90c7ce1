// Ports on sockets.
export {
  type CallTaker,
  listenRasPort,
  type OpenLine,
  type PortCall,
  type RasPort,
  type RasPortAddress,
  type RasPortOptions,
} from "./ras-port.ts";
