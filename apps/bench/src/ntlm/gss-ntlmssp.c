/* What gss-ntlmssp takes, behind MIT's GSS-API: accepts, and sealed messages. CPU time of the calls alone, so that a
 * busy machine counts for little. Credentials come from the file in NTLM_USER_FILE.
 *
 * gss-ntlmssp SECONDS: prints one line of JSON. */
#include <gssapi/gssapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static gss_OID_desc ntlm = {10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

static double cpu(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(const char *what, OM_uint32 major, OM_uint32 minor) {
  OM_uint32 ignored, more = 0;
  gss_buffer_desc text;
  if (!GSS_ERROR(major)) return;
  gss_display_status(&ignored, minor, GSS_C_MECH_CODE, &ntlm, &more, &text);
  fprintf(stderr, "%s: %.*s\n", what, (int)text.length, (char *)text.value);
  exit(1);
}

static gss_name_t name_of(const char *text, gss_OID type) {
  OM_uint32 major, minor;
  gss_name_t name;
  gss_buffer_desc buffer = {strlen(text), (void *)text};
  major = gss_import_name(&minor, &buffer, type, &name);
  check("import name", major, minor);
  return name;
}

static gss_ctx_id_t initiator, acceptor;

/* One handshake of three messages; returns the CPU time of the two calls that accept. */
static double shake_hands(gss_cred_id_t outbound, gss_cred_id_t inbound, gss_name_t target) {
  OM_uint32 flags = GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
  OM_uint32 major, minor;
  gss_buffer_desc up = GSS_C_EMPTY_BUFFER, down = GSS_C_EMPTY_BUFFER;
  double accepting = 0;
  int leg;
  initiator = acceptor = GSS_C_NO_CONTEXT;
  for (leg = 0; leg < 2; leg += 1) {
    double begun;
    major = gss_init_sec_context(&minor, outbound, &initiator, target, &ntlm, flags, 0, NULL,
                                 leg == 0 ? GSS_C_NO_BUFFER : &down, NULL, &up, NULL, NULL);
    check("initiate", major, minor);
    gss_release_buffer(&minor, &down);
    begun = cpu();
    major = gss_accept_sec_context(&minor, &acceptor, inbound, &up, GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &down,
                                   NULL, NULL, NULL);
    accepting += cpu() - begun;
    check("accept", major, minor);
    gss_release_buffer(&minor, &up);
  }
  gss_release_buffer(&minor, &down);
  if (major != GSS_S_COMPLETE) {
    fprintf(stderr, "the context is not complete\n");
    exit(1);
  }
  return accepting;
}

/* Microseconds of CPU time to wrap a message of this size. */
static double seal(size_t size, double seconds) {
  OM_uint32 major, minor;
  gss_buffer_desc message = {size, calloc(1, size)}, wrapped;
  double begun = cpu();
  long count = 0;
  while (cpu() - begun < seconds) {
    int round;
    for (round = 0; round < 8; round += 1) {
      int confidential;
      major = gss_wrap(&minor, initiator, 1, GSS_C_QOP_DEFAULT, &message, &confidential, &wrapped);
      check("wrap", major, minor);
      gss_release_buffer(&minor, &wrapped);
      count += 1;
    }
  }
  free(message.value);
  return (cpu() - begun) / (double)count * 1e6;
}

int main(int count, char **words) {
  double seconds = count > 1 ? atof(words[1]) : 1, accepting = 0, begun;
  OM_uint32 major, minor;
  gss_OID_set_desc mechanisms = {1, &ntlm};
  gss_cred_id_t outbound, inbound;
  gss_name_t target = name_of("HTTP@localhost", GSS_C_NT_HOSTBASED_SERVICE);
  long contexts = 0;
  major = gss_acquire_cred(&minor, name_of("TESTDOM\\alice", GSS_C_NT_USER_NAME), GSS_C_INDEFINITE, &mechanisms,
                           GSS_C_INITIATE, &outbound, NULL, NULL);
  check("acquire, outbound", major, minor);
  major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechanisms, GSS_C_ACCEPT, &inbound, NULL, NULL);
  check("acquire, inbound", major, minor);
  begun = cpu();
  do {
    if (contexts > 0) {
      gss_delete_sec_context(&minor, &initiator, NULL);
      gss_delete_sec_context(&minor, &acceptor, NULL);
    }
    accepting += shake_hands(outbound, inbound, target);
    contexts += 1;
  } while (cpu() - begun < seconds);
  printf("{\"accept\":%.3f,\"seal64\":%.4f,\"seal1024\":%.4f,\"seal65536\":%.4f}\n", accepting / (double)contexts * 1e6,
         seal(64, seconds / 4), seal(1024, seconds / 4), seal(65536, seconds / 4));
  return 0;
}
