/** The domain of user names that carry none, unless the settings name another. */
export const defaultDomainName = "SALLYPORT";

/**
 * A user name as `DOMAIN\user` (NPS-70): `DOMAIN\user` as it stands, `user@realm` with the first label of the realm, a bare
 * name with the default domain. Domains are in upper case, as NetBIOS has them.
 */
export function qualifiedName(userName: string, defaultDomain: string): string {
  const backslash = userName.indexOf("\\");
  if (backslash >= 0) return `${userName.slice(0, backslash).toUpperCase()}${userName.slice(backslash)}`;
  const at = userName.lastIndexOf("@");
  if (at < 0) return `${defaultDomain}\\${userName}`;
  const dot = userName.indexOf(".", at);
  const label = userName.slice(at + 1, dot < 0 ? undefined : dot);
  return `${label.toUpperCase()}\\${userName.slice(0, at)}`;
}
