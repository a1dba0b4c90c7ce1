/** dwMsgId: the caller may go on to PPP authentication (Table R-1). */
export const SECURITYMSG_SUCCESS = 1;
/** dwMsgId: the caller is refused. */
export const SECURITYMSG_FAILURE = 2;
/** dwMsgId: the module cannot decide. */
export const SECURITYMSG_ERROR = 3;

/** The longest user name, in characters (lmcons.h). */
export const UNLEN = 256;
/** The longest domain name, in characters (lmcons.h). */
export const DNLEN = 15;
/** The longest device name, in characters (ras.h). */
export const MAX_DEVICE_NAME = 128;
