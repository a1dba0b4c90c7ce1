// apps/docs/guides/dial-in-line.md:151
import type { RasAdminModule } from "@sallyport/ras-security";

const fixed: Record<string, number> = { alice: 0x0a630080 }; // 10.99.0.128

export default {
  MprAdminInitializeDll: () => 0,
  MprAdminTerminateDll: () => 0,
  MprAdminAcceptNewConnection: ({ userName }) => userName !== "guest",
  MprAdminConnectionHangupNotification: () => {},
  MprAdminAcceptNewLink: () => true,
  MprAdminLinkHangupNotification: () => {},
  MprAdminAcceptReauthentication: () => true,
  MprAdminGetIpAddressForUser(userName, _portName, address) {
    address.value = fixed[userName] ?? address.value; // nonzero in: what the pool proposes
    return 0; // NO_ERROR
  },
  MprAdminReleaseIpAddress: () => {},
} satisfies RasAdminModule;

export {};
