/** The operation succeeded. {@link NO_ERROR} is the same number. */
export const ERROR_SUCCESS = 0;
/** No error; what a Windows function returns when it succeeded. */
export const NO_ERROR = 0;
/** The file does not exist. */
export const ERROR_FILE_NOT_FOUND = 2;
/** Access is refused. */
export const ERROR_ACCESS_DENIED = 5;
/** The data make no sense. */
export const ERROR_INVALID_DATA = 13;
/** A failure without a code of its own. */
export const ERROR_GEN_FAILURE = 31;
/** A parameter is wrong. */
export const ERROR_INVALID_PARAMETER = 87;
/** The module does not exist. */
export const ERROR_MOD_NOT_FOUND = 126;
/** The module has no entry point of this name. */
export const ERROR_PROC_NOT_FOUND = 127;
/** An exception was handled by nobody. */
export const ERROR_UNHANDLED_EXCEPTION = 574;
/** The module could not initialize itself. */
export const ERROR_DLL_INIT_FAILED = 1114;
/** The account does not exist. */
export const ERROR_NO_SUCH_USER = 1317;
/** Unknown user name or wrong password. */
export const ERROR_LOGON_FAILURE = 1326;
/** The time allowed has passed. */
export const ERROR_TIMEOUT = 1460;
/** The configuration data are damaged or wrong. */
export const ERROR_BAD_CONFIGURATION = 1610;
