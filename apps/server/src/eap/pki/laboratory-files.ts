/** The files of a laboratory that others name. */
export const laboratoryFiles = {
  authority: "ca.pem",
  revocationList: "crl.pem",
  server: "server.pem",
  serverKey: "server.key",
  settings: "sallyport.config.json",
  secret: "radius.secret",
} as const;
