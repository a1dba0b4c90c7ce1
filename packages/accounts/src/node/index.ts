export {
  hashPassword,
  type ScryptVerifierOptions,
  scryptVerifier,
  TooManyPasswordsError,
} from "./scrypt.ts";
