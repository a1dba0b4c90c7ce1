import { codeSpaces } from "../code-space.ts";

/** What `winerror --help` says. */
export const help: string = `Usage: winerror [options] CODE|NAME|"WORDS" ...
       some-program | winerror [options]

Says what Windows status codes mean. Without arguments it copies standard input
and writes behind every line the names of the codes in it.

A code is decimal or hexadecimal, signed or unsigned; eight hexadecimal digits
need no 0x. "reason 65" is a code of NPS. =NAME is nothing but that name, :WORDS
nothing but a search.

Options:
  -s, --space SPACE  where the code comes from; that meaning comes first
                     (${codeSpaces.join(", ")})
      --search       search for the words in names and texts
      --json         print JSON: the results; for a log, an object a line
  -h, --help         this help

Exit status: 0 something was found, 1 nothing was found, 2 wrong usage.

Examples:
  winerror 0x80090308                 SEC_E_INVALID_TOKEN
  winerror 691 -2146893044            two at once; a signed number is understood
  winerror --space ras 691            what a VPN connection means by it
  winerror "reason 65"                a reason code of Network Policy Server
  winerror --search logon denied      every code with these words
  winerror --json SEC_E_LOGON_DENIED
  journalctl -u radius | winerror     a log with the names written behind
  npx @sallyport/errors 0x80090308    without installing anything
`;
