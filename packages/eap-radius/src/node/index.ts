// Over UDP, on Node.js

export { type RunEapConversationOptions, runEapConversation } from "./run-eap-conversation.ts";
