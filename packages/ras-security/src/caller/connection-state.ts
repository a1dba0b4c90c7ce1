/** RASCONNSTATE (ras.h): where a caller's connection stands. Those from 0x1000 on are paused states (RAS-57). */
export const RASCS_DeviceConnected = 3;
export const RASCS_AllDevicesConnected = 4;
export const RASCS_Authenticate = 5;
export const RASCS_Interactive = 0x1000;
export const RASCS_RetryAuthentication = 0x1001;
export const RASCS_CallbackSetByCaller = 0x1002;
export const RASCS_PasswordExpired = 0x1003;
export const RASCS_InvokeEapUI = 0x1004;
export const RASCS_Connected = 0x2000;
export const RASCS_Disconnected = 0x2001;
