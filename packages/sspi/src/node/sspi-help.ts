/** What `sspi --help` says. */
export const help: string = `Usage: sspi decode [options] TOKEN ...
       some-program | sspi decode [options]

Takes tokens of NTLM and SPNEGO (Negotiate) apart, field by field, with the offset
and the length of each. Of a Kerberos token it shows what is not encrypted: the
kind, the realm and the service, encryption types and sizes.

TOKEN is base64, hexadecimal, or a header of HTTP such as
"Authorization: Negotiate oXcwd..."; without one it is read from standard input.
From a log of several lines every header with a token is taken, as "curl -v"
writes them.

Options:
      --json    print JSON: a list with one object a token, every byte included
      --redact  leave out what a guessed password can be checked against: NT and
                LM responses, encrypted session keys, MICs and list signatures
  -h, --help    this help

What a token gives away: it names the user, the domain and the computer of the
client. The third message of NTLM (AUTHENTICATE), together with the challenge
before it, lets anybody try passwords at full speed without asking a server, so
treat it like the hash of a password: use --redact before you show it around, and
standard input rather than the command line, which others on the computer see.
A Kerberos ticket can be attacked in the same way where the service has a weak
password. Nothing is sent anywhere, and nothing is stored.

Exit status: 0 decoded, 1 something is no token or is damaged, 2 wrong usage.

Examples:
  sspi decode TlRMTVNTUAABAAAAl4II4gAAAAAAAAAAAAAAAAAAAAA=
  sspi decode "WWW-Authenticate: Negotiate oQcwBaADCgEA"
  sspi decode a1 07 30 05 a0 03 0a 01 00
  curl -v --negotiate -u : https://intranet.example/ 2>&1 | sspi decode --redact
  pbpaste | sspi decode --json
  npx @sallyport/sspi decode TOKEN    without installing anything
`;
