// What is sent: the options of the program, and the requests they ask for.
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ms-chap.h"

enum { ACCESS_REQUEST = 1, ACCESS_ACCEPT = 2, ACCOUNTING_REQUEST = 4, ACCOUNTING_RESPONSE = 5, ACCESS_CHALLENGE = 11 };
enum { ROUNDS = 32, BATCH = 64, VARIANTS = 64, LARGEST = 4096, SLOWEST = 1000000 };

static struct {
  const char *mode, *user, *password, *secret, *variants[VARIANTS];
  int port, expect, source_ports, outstanding, timeout_ms, server, variant_count, sign, nas_attributes;
  double seconds, rate;
  long count;
} options = {.mode = "pap", .user = "bob", .password = "hello", .secret = "testing123", .expect = ACCESS_ACCEPT,
             .source_ports = 4, .outstanding = 128, .timeout_ms = 1000, .seconds = 2};

static size_t secret_length;
static hmac keyed;

static void fail(const char *what) {
  fprintf(stderr, "radload: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void read_options(int argc, char **argv) {
  static const struct option known[] = {
      {"mode", 1, 0, 'm'},       {"port", 1, 0, 'p'},    {"user", 1, 0, 'u'},           {"password", 1, 0, 'w'},
      {"secret", 1, 0, 's'},     {"expect", 1, 0, 'e'},  {"source-ports", 1, 0, 'S'},   {"outstanding", 1, 0, 'W'},
      {"timeout-ms", 1, 0, 'T'}, {"server", 1, 0, 'P'},  {"seconds", 1, 0, 't'},        {"rate", 1, 0, 'r'},
      {"count", 1, 0, 'n'},      {"attributes", 1, 0, 'x'}, {"message-authenticator", 0, &options.sign, 1},
      {"nas-attributes", 0, &options.nas_attributes, 1},    {0}};
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) switch (option) {
      case 0: break;
      case 'm': options.mode = optarg; break;
      case 'p': options.port = atoi(optarg); break;
      case 'u': options.user = optarg; break;
      case 'w': options.password = optarg; break;
      case 's': options.secret = optarg; break;
      case 'e': options.expect = atoi(optarg); break;
      case 'S': options.source_ports = atoi(optarg); break;
      case 'W': options.outstanding = atoi(optarg); break;
      case 'T': options.timeout_ms = atoi(optarg); break;
      case 'P': options.server = atoi(optarg); break;
      case 't': options.seconds = atof(optarg); break;
      case 'r': options.rate = atof(optarg); break;
      case 'n': options.count = atol(optarg); break;
      case 'x': if (options.variant_count < VARIANTS) options.variants[options.variant_count++] = optarg; break;
      default:
        fprintf(stderr,
                "radload --port N [--mode pap|raw|accounting|eap-md5|eap-mschapv2|answer] [--expect CODE]\n"
                "  [--user U] [--password P] [--secret S] [--message-authenticator] [--nas-attributes]\n"
                "  [--attributes HEX]... [--seconds T] [--count N] [--rate PER-SECOND] [--source-ports N]\n"
                "  [--outstanding N] [--timeout-ms N] [--server PID]\n");
        exit(2);
    }
  if (options.source_ports < 1 || options.source_ports > 64 || options.outstanding < options.source_ports ||
      options.outstanding > 250 * options.source_ports) {
    fprintf(stderr, "radload: 1 to 64 source ports, each with 1 to 250 requests outstanding\n");
    exit(2);
  }
  secret_length = strlen(options.secret);
  hmac_prepare(&keyed, options.secret);
  ms_chap_prepare(options.password);
}

static uint64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t random_state;
static uint64_t random_bits(void) { // xorshift64*: the authenticators need to differ, not to be secret
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return random_state * 2685821657736338717u;
}

// Requests.

typedef struct {
  int length;
  uint8_t bytes[1024];
} packet;

static void add(packet *p, int type, const void *value, size_t length) {
  p->bytes[p->length] = (uint8_t)type, p->bytes[p->length + 1] = (uint8_t)(length + 2);
  memcpy(p->bytes + p->length + 2, value, length);
  p->length += (int)length + 2;
}
static void add_number(packet *p, int type, uint32_t value) {
  value = htonl(value);
  add(p, type, &value, 4);
}
static void add_text(packet *p, int type, const char *text) { add(p, type, text, strlen(text)); }

static void add_user_password(packet *p) { // RFC 2865 section 5.2
  uint8_t hidden[128] = {0}, digest[16];
  const uint8_t *previous = p->bytes + 4;
  size_t length = strnlen(options.password, sizeof hidden), padded = length == 0 ? 16 : (length + 15) / 16 * 16;
  memcpy(hidden, options.password, length);
  for (size_t i = 0; i < padded; previous = hidden + i, i += 16) {
    md5 m;
    md5_start(&m), md5_add(&m, options.secret, secret_length), md5_add(&m, previous, 16), md5_finish(&m, digest);
    for (int j = 0; j < 16; j++) hidden[i + (size_t)j] ^= digest[j];
  }
  add(p, 2, hidden, padded);
}

static void add_variant(packet *p, const char *hex) {
  for (unsigned octet; p->length < 512 && sscanf(hex, "%2x", &octet) == 1; hex += 2)
    p->bytes[p->length++] = (uint8_t)octet;
}

static void add_session(packet *p) { // what an access server reports while a session lasts (RFC 2866)
  char session[17];
  snprintf(session, sizeof session, "%016llx", (unsigned long long)random_bits());
  add_number(p, 40, 3); // Acct-Status-Type: Interim-Update
  add_text(p, 44, session);
  add_number(p, 46, 600);
  add_number(p, 42, 123456);
  add_number(p, 43, 654321);
  add_number(p, 8, (uint32_t)random_bits());
}

static void add_nas_attributes(packet *p, uint64_t r) { // what an 802.11 access point sends along (RFC 3580)
  char station[18];
  snprintf(station, sizeof station, "02-00-%02X-%02X-%02X-%02X", (unsigned)(r & 255), (unsigned)(r >> 8 & 255),
           (unsigned)(r >> 16 & 255), (unsigned)(r >> 24 & 255));
  add_number(p, 6, 2);
  add_number(p, 61, 19);
  add_text(p, 30, "00-00-5E-00-53-01:corp");
  add_text(p, 31, station);
  add_text(p, 32, "ap-17.example.net");
  add_text(p, 77, "CONNECT 54Mbps 802.11a");
  add_number(p, 12, 1400);
}

static void begin_request(packet *p, int code, int identifier) {
  uint64_t authenticator[2] = {random_bits(), random_bits()};
  p->bytes[0] = (uint8_t)code, p->bytes[1] = (uint8_t)identifier, p->length = 20;
  memcpy(p->bytes + 4, authenticator, 16);
}

static int add_signature(packet *p) { // Message-Authenticator; returns where its value lies
  add(p, 80, (uint8_t[16]){0}, 16);
  return p->length - 16;
}

static void end_request(packet *p, int signature) {
  p->bytes[2] = (uint8_t)(p->length >> 8), p->bytes[3] = (uint8_t)p->length;
  if (signature) hmac_of(&keyed, p->bytes, (size_t)p->length, p->bytes + signature);
}

static void build(packet *p, int identifier, int number) {
  int accounting = strcmp(options.mode, "accounting") == 0, signature = 0;
  memset(p, 0, sizeof *p);
  begin_request(p, accounting ? ACCOUNTING_REQUEST : ACCESS_REQUEST, identifier);
  if (accounting) memset(p->bytes + 4, 0, 16);
  if (options.sign) signature = add_signature(p);
  add_text(p, 1, options.user);
  if (strcmp(options.mode, "pap") == 0) add_user_password(p);
  if (options.variant_count > 0) add_variant(p, options.variants[number % options.variant_count]);
  add_number(p, 4, 0x7f000001);
  add_number(p, 5, (uint32_t)random_bits() & 0xffff);
  if (accounting) add_session(p);
  if (accounting || options.nas_attributes) add_nas_attributes(p, random_bits());
  end_request(p, signature);
  if (accounting) { // RFC 2866 section 3: the authenticator is a digest over the packet with sixteen zero octets
    md5 m;
    md5_start(&m), md5_add(&m, p->bytes, (size_t)p->length), md5_add(&m, options.secret, secret_length);
    md5_finish(&m, p->bytes + 4);
  }
}
