// EAP logins inside RADIUS (RFC 3579): the peer and its access server in one. A conversation answers what it is asked
// until the server accepts or refuses, and looks closely at every answer on the way.
#include "request.h"

enum { EAP_REQUEST = 1, EAP_RESPONSE = 2, EAP_SUCCESS = 3 };
enum { IDENTITY = 1, NAK = 3, MD5_CHALLENGE = 4, MSCHAPV2 = 26 };
enum { MSCHAPV2_CHALLENGE = 1, MSCHAPV2_RESPONSE = 2, MSCHAPV2_SUCCESS = 3 };
enum { MOST_ROUNDS = 16 };

typedef struct {
  packet request;      // sent last
  uint64_t started_at; // 0 while nothing was sent
  const char *problem; // why it is broken
  uint32_t nas_port;
  int eap_length, state_length, rounds, proven, refused_once;
  uint8_t eap[256], state[253], challenge[8], response[24];
} conversation;

enum progress { GOES_ON, ACCEPTED, OTHER_CODE, BROKEN };

static int eap_method; // 0 where no conversations are led

static void eap_prepare(void) {
  if (strcmp(options.mode, "eap-md5") == 0) eap_method = MD5_CHALLENGE;
  if (strcmp(options.mode, "eap-mschapv2") == 0) eap_method = MSCHAPV2;
  if (eap_method && (strlen(options.user) > 200 || strlen(options.password) > 128)) {
    fprintf(stderr, "radload: a name of up to 200 and a password of up to 128 characters\n");
    exit(2);
  }
}

static uint8_t *respond(conversation *c, int identifier, int type, int length) { // returns where the type's data go
  c->eap_length = 5 + length;
  c->eap[0] = EAP_RESPONSE, c->eap[1] = (uint8_t)identifier, c->eap[4] = (uint8_t)type;
  c->eap[2] = (uint8_t)(c->eap_length >> 8), c->eap[3] = (uint8_t)c->eap_length;
  return c->eap + 5;
}

static void begin_conversation(conversation *c) {
  c->started_at = 0, c->problem = NULL, c->state_length = 0, c->rounds = 0, c->proven = 0, c->refused_once = 0;
  c->nas_port = (uint32_t)random_bits() & 0xffff;
  size_t length = strlen(options.user); // the access server asked for the identity by itself
  memcpy(respond(c, (int)c->nas_port & 255, IDENTITY, (int)length), options.user, length);
}

static void build_round(conversation *c, int identifier) {
  packet *p = &c->request;
  begin_request(p, ACCESS_REQUEST, identifier);
  int signature = add_signature(p); // RFC 3579 section 3.2: always beside EAP-Message
  add_text(p, 1, options.user);
  add_number(p, 4, 0x7f000001);
  add_number(p, 5, c->nas_port);
  if (options.nas_attributes) add_nas_attributes(p, c->nas_port);
  for (int at = 0; at < c->eap_length; at += 253)
    add(p, 79, c->eap + at, (size_t)(c->eap_length - at < 253 ? c->eap_length - at : 253));
  if (c->state_length > 0) add(p, 24, c->state, (size_t)c->state_length);
  end_request(p, signature);
}

// What an answer carries that a conversation needs.
typedef struct {
  int eap_length, state_length;
  const uint8_t *state, *send_key, *receive_key; // the keys: salt and cipher text of 34 octets
  uint8_t eap[LARGEST];
} answer_parts;

static void find_keys(answer_parts *parts, const uint8_t *value, int length) { // of Microsoft: RFC 2548 section 2.4
  if (length < 4 || memcmp(value, (uint8_t[4]){0, 0, 1, 0x37}, 4) != 0) return;
  for (int at = 4; at + 2 <= length && value[at + 1] >= 2 && at + value[at + 1] <= length; at += value[at + 1]) {
    if (value[at + 1] != 2 + 34) continue;
    if (value[at] == 16) parts->send_key = value + at + 2;
    if (value[at] == 17) parts->receive_key = value + at + 2;
  }
}

static void take_apart(answer_parts *parts, const uint8_t *reply) { // a verified reply: its attributes fit
  int length = reply[2] << 8 | reply[3];
  parts->eap_length = parts->state_length = 0, parts->send_key = parts->receive_key = NULL;
  for (int at = 20; at < length; at += reply[at + 1]) {
    const uint8_t *value = reply + at + 2;
    int value_length = reply[at + 1] - 2;
    if (reply[at] == 24) parts->state = value, parts->state_length = value_length;
    if (reply[at] == 26) find_keys(parts, value, value_length);
    if (reply[at] != 79) continue;
    memcpy(parts->eap + parts->eap_length, value, (size_t)value_length);
    parts->eap_length += value_length;
  }
}

static enum progress broken(conversation *c, const char *problem) {
  c->problem = problem;
  return BROKEN;
}

static void answer_md5(conversation *c, int identifier, const uint8_t *challenge, size_t length) {
  uint8_t *data = respond(c, identifier, MD5_CHALLENGE, 17), octet = (uint8_t)identifier;
  md5 m; // RFC 1994 section 4.1: identifier, secret, challenge
  md5_start(&m), md5_add(&m, &octet, 1), md5_add(&m, options.password, strlen(options.password));
  md5_add(&m, challenge, length), md5_finish(&m, data + 1);
  data[0] = 16;
}

static void answer_mschapv2(conversation *c, int identifier, int ms_identifier, const uint8_t *challenge) {
  size_t name = strlen(options.user);
  int length = 4 + 1 + 49 + (int)name;
  uint8_t *data = respond(c, identifier, MSCHAPV2, length);
  uint64_t peer_challenge[2] = {random_bits(), random_bits()};
  data[0] = MSCHAPV2_RESPONSE, data[1] = (uint8_t)ms_identifier;
  data[2] = (uint8_t)(length >> 8), data[3] = (uint8_t)length, data[4] = 49;
  memset(data + 5, 0, 49);
  memcpy(data + 5, peer_challenge, 16);
  challenge_hash(data + 5, challenge, options.user, c->challenge);
  nt_response(c->challenge, c->response);
  memcpy(data + 29, c->response, 24), memcpy(data + 54, options.user, name);
}

static enum progress answer_request(conversation *c, const uint8_t *eap, int length) {
  int identifier = eap[1], type = eap[4];
  if (type != eap_method) { // RFC 3748 section 5.3.1
    if (c->refused_once) return broken(c, "the server offers another method once more after a Nak");
    *respond(c, identifier, NAK, 1) = (uint8_t)eap_method, c->refused_once = 1;
    return GOES_ON;
  }
  if (type == MD5_CHALLENGE) {
    if (length < 7 || eap[5] == 0 || 6 + eap[5] > length) return broken(c, "an MD5-Challenge without a challenge");
    answer_md5(c, identifier, eap + 6, eap[5]);
    return GOES_ON;
  }
  if (length >= 26 && eap[5] == MSCHAPV2_CHALLENGE && eap[9] == 16) {
    answer_mschapv2(c, identifier, eap[6], eap + 10);
    return GOES_ON;
  }
  if (length < 9 + 42 || eap[5] != MSCHAPV2_SUCCESS) return broken(c, "neither a challenge nor a success of MS-CHAPv2");
  char proof[43];
  authenticator_response(c->response, c->challenge, proof);
  if (memcmp(eap + 9, proof, 42) != 0) return broken(c, "the server's proof (S=) is wrong");
  *respond(c, identifier, MSCHAPV2, 1) = MSCHAPV2_SUCCESS, c->proven = 1;
  return GOES_ON;
}

static int is_key(const conversation *c, const uint8_t *hidden, const uint8_t key[16]) { // RFC 2548 section 2.4.2
  uint8_t plain[32], digest[16];
  if (hidden == NULL) return 0;
  for (int block = 0; block < 2; block++) {
    md5 m;
    md5_start(&m), md5_add(&m, options.secret, secret_length);
    if (block == 0) md5_add(&m, c->request.bytes + 4, 16), md5_add(&m, hidden, 2);
    if (block == 1) md5_add(&m, hidden + 2, 16);
    md5_finish(&m, digest);
    for (int i = 0; i < 16; i++) plain[16 * block + i] = hidden[2 + 16 * block + i] ^ digest[i];
  }
  return plain[0] == 16 && memcmp(plain + 1, key, 16) == 0;
}

static enum progress accepted(conversation *c, const answer_parts *parts) {
  const uint8_t *eap = parts->eap;
  if (parts->eap_length != 4 || eap[0] != EAP_SUCCESS || eap[1] != c->eap[1] || eap[2] != 0 || eap[3] != 4)
    return broken(c, "an Access-Accept without the EAP-Success of its conversation");
  if (eap_method == MD5_CHALLENGE)
    return c->eap[4] == MD5_CHALLENGE ? ACCEPTED : broken(c, "accepted before the challenge was answered");
  if (!c->proven) return broken(c, "accepted without the server's proof (S=)");
  uint8_t send[16], receive[16];
  mppe_keys(c->response, send, receive);
  if (!is_key(c, parts->send_key, send) || !is_key(c, parts->receive_key, receive))
    return broken(c, "an Access-Accept without the right MS-MPPE-Send-Key and MS-MPPE-Recv-Key");
  return ACCEPTED;
}

// Takes a verified reply. After GOES_ON the conversation has its next request to send.
static enum progress advance(conversation *c, const uint8_t *reply) {
  static answer_parts parts;
  if (reply[0] != ACCESS_ACCEPT && reply[0] != ACCESS_CHALLENGE) return OTHER_CODE;
  take_apart(&parts, reply);
  if (reply[0] == ACCESS_ACCEPT) return accepted(c, &parts);
  if (++c->rounds == MOST_ROUNDS) return broken(c, "challenge after challenge");
  if (parts.state_length == 0) return broken(c, "an Access-Challenge without State");
  memcpy(c->state, parts.state, (size_t)parts.state_length), c->state_length = parts.state_length;
  if (parts.eap_length < 5 || parts.eap[0] != EAP_REQUEST || (parts.eap[2] << 8 | parts.eap[3]) != parts.eap_length)
    return broken(c, "an Access-Challenge without an EAP-Request");
  return answer_request(c, parts.eap, parts.eap_length);
}
