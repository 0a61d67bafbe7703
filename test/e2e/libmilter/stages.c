/*
 * A filter over the real libmilter that writes down every callback with its arguments and the macro `i`, but for
 * the end of a connection, to which no macro belongs.
 * Arguments: where to listen, the file to write to, and the protocol flags to ask for.
 * What it is told decides what it answers: see verdict_on.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

static int log_file;
static unsigned long flags;

/* A text in quotes, with everything but printable ASCII as \xNN. */
static void put_text(FILE *line, const char *text, size_t length) {
  fputs(" \"", line);
  for (size_t i = 0; i < length; i++) {
    unsigned char octet = (unsigned char)text[i];
    if (octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\')
      fputc(octet, line);
    else
      fprintf(line, "\\x%02x", octet);
  }
  fputc('"', line);
}

/* One write for a line, so that it is there when the connection ends. */
static void write_down(SMFICTX *ctx, const char *what, const char *const *texts, size_t count) {
  char *octets = NULL;
  size_t length = 0;
  FILE *line = open_memstream(&octets, &length);
  if (line == NULL) exit(EXIT_FAILURE);
  fputs(what, line);
  for (size_t i = 0; i < count; i++) put_text(line, texts[i], strlen(texts[i]));
  if (ctx != NULL) {
    const char *id = smfi_getsymval(ctx, "i");
    fprintf(line, " i=%s", id == NULL ? "-" : id);
  }
  fputc('\n', line);
  fclose(line);
  if (write(log_file, octets, length) != (ssize_t)length) exit(EXIT_FAILURE);
  free(octets);
}

/* `refuse`, `later`, `accept` or `discard` at the beginning of what was said, with or without `<` before it; but
   nothing where it was agreed that there is no reply. */
static sfsistat verdict_on(const char *said, unsigned long no_reply) {
  if ((flags & no_reply) != 0) return SMFIS_NOREPLY;
  if (*said == '<') said++;
  if (strncmp(said, "refuse", 6) == 0) return SMFIS_REJECT;
  if (strncmp(said, "later", 5) == 0) return SMFIS_TEMPFAIL;
  if (strncmp(said, "accept", 6) == 0) return SMFIS_ACCEPT;
  if (strncmp(said, "discard", 7) == 0) return SMFIS_DISCARD;
  return SMFIS_CONTINUE;
}

static size_t count_of(char **texts) {
  size_t count = 0;
  while (texts[count] != NULL) count++;
  return count;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2, unsigned long f3,
                             unsigned long *pf0, unsigned long *pf1, unsigned long *pf2, unsigned long *pf3) {
  (void)ctx, (void)f2, (void)f3;
  *pf0 = f0;
  *pf1 = f1 & flags;
  *pf2 = *pf3 = 0;
  return SMFIS_CONTINUE;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address) {
  char text[INET6_ADDRSTRLEN] = "nobody";
  if (address != NULL && address->sa_family == AF_INET)
    inet_ntop(AF_INET, &((struct sockaddr_in *)address)->sin_addr, text, sizeof text);
  if (address != NULL && address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &((struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
  write_down(ctx, "connect", (const char *[]){host, text}, 2);
  return verdict_on(host, SMFIP_NR_CONN);
}

static sfsistat on_helo(SMFICTX *ctx, char *name) {
  write_down(ctx, "helo", (const char *[]){name}, 1);
  return verdict_on(name, SMFIP_NR_HELO);
}

static sfsistat on_mail(SMFICTX *ctx, char **said) {
  write_down(ctx, "mail", (const char *const *)said, count_of(said));
  return verdict_on(said[0], SMFIP_NR_MAIL);
}

static sfsistat on_rcpt(SMFICTX *ctx, char **said) {
  write_down(ctx, "rcpt", (const char *const *)said, count_of(said));
  return verdict_on(said[0], SMFIP_NR_RCPT);
}

static sfsistat on_data(SMFICTX *ctx) {
  write_down(ctx, "data", NULL, 0);
  return verdict_on("", SMFIP_NR_DATA);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value) {
  write_down(ctx, "header", (const char *[]){name, value}, 2);
  return verdict_on(value, SMFIP_NR_HDR);
}

static sfsistat on_eoh(SMFICTX *ctx) {
  write_down(ctx, "eoh", NULL, 0);
  return verdict_on("", SMFIP_NR_EOH);
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *octets, size_t length) {
  char text[256];
  snprintf(text, sizeof text, "%.*s", (int)length, (const char *)octets);
  write_down(ctx, "body", (const char *[]){text}, 1);
  return verdict_on(text, SMFIP_NR_BODY);
}

static sfsistat on_end(SMFICTX *ctx) {
  write_down(ctx, "end-of-message", NULL, 0);
  return SMFIS_CONTINUE;
}

static sfsistat on_abort(SMFICTX *ctx) {
  write_down(ctx, "abort", NULL, 0);
  return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx) {
  (void)ctx;
  write_down(NULL, "close", NULL, 0);
  return SMFIS_CONTINUE;
}

static sfsistat on_unknown(SMFICTX *ctx, const char *line) {
  write_down(ctx, "unknown", (const char *[]){line}, 1);
  return verdict_on(line, SMFIP_NR_UNKN);
}

int main(int argc, char **argv) {
  struct smfiDesc filter = {
      .xxfi_name = "stages",
      .xxfi_version = SMFI_VERSION,
      .xxfi_flags = 0x1ff,
      .xxfi_connect = on_connect,
      .xxfi_helo = on_helo,
      .xxfi_envfrom = on_mail,
      .xxfi_envrcpt = on_rcpt,
      .xxfi_header = on_header,
      .xxfi_eoh = on_eoh,
      .xxfi_body = on_body,
      .xxfi_eom = on_end,
      .xxfi_abort = on_abort,
      .xxfi_close = on_close,
      .xxfi_unknown = on_unknown,
      .xxfi_data = on_data,
      .xxfi_negotiate = on_negotiate,
  };
  if (argc != 4) return EXIT_FAILURE;
  flags = strtoul(argv[3], NULL, 0);
  log_file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (log_file < 0 || smfi_setconn(argv[1]) == MI_FAILURE) return EXIT_FAILURE;
  if (smfi_register(filter) == MI_FAILURE || smfi_opensocket(0) == MI_FAILURE) return EXIT_FAILURE;
  puts("listening");
  fflush(stdout);
  return smfi_main() == MI_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
