// A closed-loop RADIUS/UDP load generator for Linux, without dependencies: cc -O3 -o radload radload.c -lm
//
// It prepares a pool of distinct, correctly signed requests, keeps a number of them outstanding over several source
// ports with sendmmsg and recvmmsg, verifies every reply (code, Response Authenticator, Message-Authenticator where
// there is one) and prints one line of JSON. With EAP it keeps logins instead of requests going, each a conversation of
// its own (eap.h), and counts logins. CPU time and memory of the server are read around the run, so that
// nothing but the run is counted. `--mode answer` is the other side: the least that answers correctly, which shows
// what the generator itself can do.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eap.h"

// Replies.

enum verdict { GENUINE, FORGED };

static void response_authenticator(const uint8_t *reply, size_t length, const uint8_t *request, uint8_t digest[16]) {
  md5 m; // RFC 2865 section 3: code, identifier and length of the reply, the request's authenticator, the attributes
  md5_start(&m), md5_add(&m, reply, 4), md5_add(&m, request + 4, 16), md5_add(&m, reply + 20, length - 20);
  md5_add(&m, options.secret, secret_length), md5_finish(&m, digest);
}

static enum verdict verify(uint8_t *reply, size_t received, const uint8_t *request, int *is_signed) {
  size_t length = (size_t)(reply[2] << 8 | reply[3]);
  uint8_t digest[16], claimed[16];
  *is_signed = 0;
  if (length < 20 || length > received) return FORGED;
  response_authenticator(reply, length, request, digest);
  if (memcmp(digest, reply + 4, 16) != 0) return FORGED;
  for (size_t at = 20; at < length; at += reply[at + 1]) {
    if (at + 2 > length || reply[at + 1] < 2 || at + reply[at + 1] > length) return FORGED;
    if (reply[at] != 80) continue;
    if (reply[at + 1] != 18) return FORGED;
    memcpy(claimed, reply + at + 2, 16), memset(reply + at + 2, 0, 16);
    memcpy(reply + 4, request + 4, 16);
    hmac_of(&keyed, reply, length, digest);
    if (memcmp(digest, claimed, 16) != 0) return FORGED;
    memcpy(reply + at + 2, claimed, 16), *is_signed = 1;
  }
  return GENUINE;
}

// The run.

typedef struct {
  int fd, outstanding, first_free, free_count, start;
  uint8_t free_identifiers[256]; // a ring: an access server, too, uses its identifiers in turn
  uint64_t sent_at[256];         // 0 when not in flight
  uint32_t uses[256];            // so that one source port never sends the same request twice in a row
  const packet *sent[256];
  // EAP: a conversation is in flight with an identifier, or its next request is ready, or it is idle.
  conversation conversations[256], *in_flight[256], *ready[256], *idle[256];
  int first_ready, ready_count, idle_count;
} source;

static struct {
  long sent, ok, wrong_code, forged, broken, lost, stray, with_signature, packets;
  const char *problem;
  uint32_t latency[SLOWEST + 1]; // replies per microsecond; the last place holds all that is slower
  uint64_t last_reply;
  char first_reply[2 * LARGEST + 1];
} run;

static packet pool[ROUNDS][256];

static void release(source *s, int identifier) {
  s->sent_at[identifier] = 0, s->outstanding--;
  s->free_identifiers[(s->first_free + s->free_count++) & 255] = (uint8_t)identifier;
}

static void make_ready(source *s, conversation *c) { s->ready[(s->first_ready + s->ready_count++) & 255] = c; }

static void make_idle(source *s, conversation *c) { s->idle[s->idle_count++] = c; }

static const packet *request_of(source *s, int place, int identifier) { // the one that is `place`th in turn
  if (!eap_method) return &pool[((uint32_t)s->start + s->uses[identifier]) % ROUNDS][identifier];
  conversation *c = s->ready[(s->first_ready + place) & 255];
  build_round(c, identifier);
  return &c->request;
}

static void count_sent(source *s, int identifier, uint64_t now) {
  s->sent_at[identifier] = now, s->uses[identifier]++;
  if (!eap_method) {
    run.sent++;
    return;
  }
  conversation *c = s->ready[s->first_ready];
  s->first_ready = (s->first_ready + 1) & 255, s->ready_count--;
  if (c->started_at == 0) c->started_at = now;
  s->in_flight[identifier] = c;
}

static void send_batch(source *s, int wanted, uint64_t now) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec buffers[BATCH];
  for (int i = 0; i < wanted; i++) {
    int identifier = s->free_identifiers[(s->first_free + i) & 255];
    const packet *p = request_of(s, i, identifier);
    s->sent[identifier] = p;
    buffers[i] = (struct iovec){(void *)(uintptr_t)p->bytes, (size_t)p->length};
    messages[i].msg_hdr.msg_iov = &buffers[i], messages[i].msg_hdr.msg_iovlen = 1;
  }
  int taken = sendmmsg(s->fd, messages, (unsigned)wanted, 0);
  for (int i = 0; i < taken; i++) count_sent(s, s->free_identifiers[(s->first_free + i) & 255], now);
  if (taken <= 0) return;
  s->first_free = (s->first_free + taken) & 255, s->free_count -= taken;
  s->outstanding += taken, run.packets += taken;
}

static void fill(source *s, int window, uint64_t started, int stopping) {
  int room = window - s->outstanding;
  // One by one would make the generator dearer than the server: wait until a quarter of the window is free.
  if (room < (window + 3) / 4 && s->outstanding > 0 && options.rate == 0) return;
  uint64_t now = nanoseconds();
  if (room > BATCH) room = BATCH;
  int continued = room < s->ready_count ? room : s->ready_count, fresh = stopping ? 0 : room - continued;
  if (options.count > 0 && run.sent + fresh > options.count) fresh = (int)(options.count - run.sent);
  if (options.rate > 0) {
    long due = (long)((double)(now - started) * 1e-9 * options.rate) - run.sent;
    if (due < fresh) fresh = due > 0 ? (int)due : 0;
  }
  if (eap_method)
    for (int i = 0; i < fresh; i++) {
      conversation *c = s->idle[--s->idle_count];
      begin_conversation(c), make_ready(s, c), run.sent++;
    }
  if (continued + fresh > 0) send_batch(s, continued + fresh, now);
}

static void remember(const uint8_t *reply, size_t received) {
  if (run.first_reply[0] != 0) return;
  for (size_t i = 0; i < received; i++) sprintf(run.first_reply + 2 * i, "%02x", reply[i]);
}

static void count_right(uint64_t since, uint64_t now, int is_signed) {
  uint64_t microseconds = (now - since) / 1000;
  run.latency[microseconds < SLOWEST ? microseconds : SLOWEST]++;
  run.ok++, run.with_signature += is_signed, run.last_reply = now;
}

static void judge_round(source *s, conversation *c, const uint8_t *reply, size_t received, int genuine, uint64_t now) {
  enum progress progress = genuine ? advance(c, reply) : BROKEN;
  if (progress == GOES_ON) {
    make_ready(s, c);
    return;
  }
  remember(reply, received);
  if (!genuine) run.forged++;
  else if (progress == OTHER_CODE) run.wrong_code++;
  else if (progress == ACCEPTED) count_right(c->started_at, now, 1);
  else if (run.broken++ == 0) run.problem = c->problem;
  make_idle(s, c);
}

static void judge(source *s, uint8_t *reply, size_t received, uint64_t now) {
  int identifier = reply[1], is_signed;
  if (received < 20 || s->sent_at[identifier] == 0) {
    run.stray++;
    return;
  }
  int genuine = verify(reply, received, s->sent[identifier]->bytes, &is_signed) == GENUINE;
  if (eap_method) { // RFC 3579 section 3.1: an answer to EAP without Message-Authenticator is not to be trusted
    judge_round(s, s->in_flight[identifier], reply, received, genuine && is_signed, now);
  } else {
    remember(reply, received);
    if (!genuine) run.forged++;
    else if (reply[0] != options.expect) run.wrong_code++;
    else count_right(s->sent_at[identifier], now, is_signed);
  }
  release(s, identifier);
}

static int receive(source *s) {
  static uint8_t replies[BATCH][LARGEST];
  struct mmsghdr messages[BATCH] = {0};
  struct iovec buffers[BATCH];
  for (int i = 0; i < BATCH; i++) {
    buffers[i] = (struct iovec){replies[i], LARGEST};
    messages[i].msg_hdr.msg_iov = &buffers[i], messages[i].msg_hdr.msg_iovlen = 1;
  }
  int received = recvmmsg(s->fd, messages, BATCH, MSG_DONTWAIT, NULL);
  uint64_t now = nanoseconds();
  for (int i = 0; i < received; i++) judge(s, replies[i], messages[i].msg_len, now);
  return received > 0 ? received : 0;
}

static void give_up_late(source *s, uint64_t now) {
  for (int identifier = 0; identifier < 256; identifier++) {
    uint64_t since = s->sent_at[identifier];
    if (since == 0 || now - since <= (uint64_t)options.timeout_ms * 1000000u) continue;
    if (eap_method) make_idle(s, s->in_flight[identifier]);
    run.lost++, release(s, identifier);
  }
}

static uint32_t percentile(double part) {
  long wanted = (long)((double)run.ok * part), seen = 0;
  for (uint32_t i = 0; i <= SLOWEST; i++)
    if ((seen += run.latency[i]) > wanted) return i;
  return 0;
}

typedef struct {
  double cpu_seconds, rss_mib;
} usage;

// proc(5): utime and stime of /proc/PID/stat count every thread of the process, those that have ended too.
static usage server_usage(void) {
  char path[64], text[2048];
  unsigned long user = 0, kernel = 0;
  long pages = 0;
  if (options.server == 0) return (usage){0, 0};
  snprintf(path, sizeof path, "/proc/%d/stat", options.server);
  FILE *file = fopen(path, "r");
  if (file == NULL) fail(path);
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  const char *after_name = strrchr(text, ')');
  if (after_name == NULL ||
      sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
             &user, &kernel, &pages) != 3)
    fail(path);
  return (usage){(double)(user + kernel) / (double)sysconf(_SC_CLK_TCK),
                 (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576};
}

static double own_cpu_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void open_source(source *s) {
  struct sockaddr_in server = loopback(options.port);
  int buffer = 4 << 20;
  s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (s->fd < 0) fail("socket");
  setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (connect(s->fd, (struct sockaddr *)&server, sizeof server) < 0) fail("connect");
  for (int i = 0; i < 256; i++) s->free_identifiers[i] = (uint8_t)i;
  if (eap_method)
    for (int i = 0; i < 256; i++) make_idle(s, &s->conversations[i]);
  s->free_count = 256, s->start = (int)(random_bits() % ROUNDS);
}

static int generate(void) {
  static source sources[64];
  struct pollfd polled[64];
  int ports = options.source_ports, window = (options.outstanding + ports - 1) / ports;
  // Who sleeps in poll is woken by each reply, and the kernel charges the sender for that: a cost that a server has
  // only because its clients run on the same machine. Nobody needs to wake a sleeper who looks again by himself.
  const struct timespec nap = {.tv_nsec = options.rate > 0 ? 1000000 : 100000};
  for (int r = 0; r < ROUNDS && !eap_method; r++)
    for (int i = 0; i < 256; i++) build(&pool[r][i], i, r * 256 + i);
  for (int i = 0; i < ports; i++) {
    open_source(&sources[i]);
    polled[i] = (struct pollfd){.fd = sources[i].fd, .events = POLLIN};
  }

  usage server_before = server_usage();
  double own_before = own_cpu_seconds();
  uint64_t started = nanoseconds(), end = started + (uint64_t)(options.seconds * 1e9), scanned = started;
  for (int received = 0;;) {
    uint64_t now = nanoseconds();
    int stopping = now >= end || (options.count > 0 && run.sent >= options.count), outstanding = 0, ready = 0;
    for (int i = 0; i < ports; i++) {
      fill(&sources[i], window, started, stopping);
      outstanding += sources[i].outstanding, ready += sources[i].ready_count;
    }
    if (stopping && outstanding + ready == 0) break;
    // With replies coming faster than one nap's worth the generator is the slower side and goes on at once.
    if (received == 0 || received < outstanding / 4) nanosleep(&nap, NULL);
    poll(polled, (nfds_t)ports, 0);
    received = 0;
    for (int i = 0; i < ports; i++)
      if (polled[i].revents) received += receive(&sources[i]);
    if ((now = nanoseconds()) - scanned < 100000000u) continue;
    scanned = now;
    for (int i = 0; i < ports; i++) give_up_late(&sources[i], now);
  }
  usage server_after = server_usage();
  double elapsed = run.ok > 0 ? (double)(run.last_reply - started) * 1e-9 : options.seconds;
  double each = run.ok > 0 ? 1e6 / (double)run.ok : 0;
  printf("{\"sent\":%ld,\"ok\":%ld,\"wrongCode\":%ld,\"forged\":%ld,\"broken\":%ld,\"lost\":%ld,\"stray\":%ld,",
         run.sent, run.ok, run.wrong_code, run.forged, run.broken, run.lost, run.stray);
  printf("\"withSignature\":%ld,\"packets\":%ld,\"seconds\":%.4f,\"rps\":%.1f,\"p50\":%u,\"p99\":%u,",
         run.with_signature, run.packets, elapsed, (double)run.ok / elapsed, percentile(0.5), percentile(0.99));
  printf("\"generatorCpu\":%.3f,\"serverCpu\":%.3f,\"rss\":%.2f,", (own_cpu_seconds() - own_before) * each,
         (server_after.cpu_seconds - server_before.cpu_seconds) * each, server_after.rss_mib);
  printf("\"problem\":\"%s\",\"firstReply\":\"%s\"}\n", run.problem == NULL ? "" : run.problem, run.first_reply);
  return 0;
}

// The answering side: an empty reply with a right Response Authenticator to whatever comes.

static _Noreturn void answer(void) {
  static uint8_t datagrams[BATCH][LARGEST];
  struct mmsghdr messages[BATCH];
  struct iovec buffers[BATCH];
  struct sockaddr_in peers[BATCH], own = loopback(0);
  socklen_t own_length = sizeof own;
  int buffer = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0) fail("bind");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  getsockname(fd, (struct sockaddr *)&own, &own_length);
  printf("ready %d\n", ntohs(own.sin_port));
  fflush(stdout);
  for (;;) { // until it is killed
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
      buffers[i] = (struct iovec){datagrams[i], LARGEST};
      messages[i].msg_hdr = (struct msghdr){
          .msg_iov = &buffers[i], .msg_iovlen = 1, .msg_name = &peers[i], .msg_namelen = sizeof peers[i]};
    }
    int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (received < 0) fail("recvmmsg");
    for (int i = 0; i < received; i++) {
      uint8_t *p = datagrams[i], digest[16];
      p[0] = p[0] == ACCOUNTING_REQUEST ? ACCOUNTING_RESPONSE : ACCESS_ACCEPT, p[2] = 0, p[3] = 20;
      response_authenticator(p, 20, p, digest);
      memcpy(p + 4, digest, 16);
      buffers[i].iov_len = 20;
    }
    for (int done = 0, sent; done < received; done += sent)
      if ((sent = sendmmsg(fd, messages + done, (unsigned)(received - done), 0)) <= 0) break;
  }
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); // no load outlives the program that asked for it
  prctl(PR_SET_TIMERSLACK, 1);      // naps as long as they were asked for, not 50 us longer
  md5_prepare();
  random_state = nanoseconds() ^ (uint64_t)getpid() << 32;
  read_options(argc, argv);
  eap_prepare();
  if (strcmp(options.mode, "answer") == 0) answer();
  return generate();
}
