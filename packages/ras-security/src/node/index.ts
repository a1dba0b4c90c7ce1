// Ports on sockets.
export {
  listenRasPort,
  type OpenLine,
  type PortCall,
  type RasPort,
  type RasPortAddress,
  type RasPortOptions,
} from "./ras-port.ts";
