/*
 * The load generator of the benchmark: one thread, one epoll, every answer checked.
 *
 *   load --port P --request FILE --connections C --calls N [--warmup W] [--rate R [--arrivals poisson|even]]
 *        [--frames F | --deltas D | --expect TEXT] [--delays yes] [--cpu PID,PID… [--core K]] [--settle MS] [--limit SECONDS]
 *
 * FILE holds one request, head and body, byte for byte; `nonce=` with nine digits in it becomes another number in each
 * call. Without --rate each connection sends its next call when its last was answered. With it, calls fall due at R a
 * second whether or not earlier ones were answered, and a latency counts from that moment. --cpu reads the processor
 * time of those processes, all threads, before the first measured call and MS after the last, so that work put off until
 * then counts too, and how long the core K was busy for anyone in that time.
 * Prints one JSON object. Exit 0: measured, its `wrong` says how many answers were wrong; 2: could not measure.
 */
#define _GNU_SOURCE
#include "answer.h"
#include "processor.h"
#include <math.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>


struct connection {
  int fd;
  bool busy;
  size_t sent;
  int64_t began;
  char digits[NONCE_DIGITS];
  struct answer answer;
  struct connection *next_free;
};

static struct {
  int port, connections, settle_ms, core;
  long calls, warmup;
  double rate, limit;
  bool even, delays;
  struct expectation expected;
  const char *file;
  struct processes gateway;
} plan = {.connections = 1, .calls = 1, .settle_ms = 200, .core = -1, .limit = 60, .expected = {.text = "\"total_tokens\":386"}};

static struct {
  struct samples latency, first, delays;
  uint64_t bytes, frames, reads;
  long sent, wrong, reconnects;
  char blame[512];
} seen;

static char *request;
static size_t request_length, nonce_at;
static struct connection *connections, *free_list;
static int poll_fd, timer_fd;
static int64_t deadline;
static bool given_up;
static char scratch[1 << 18];

/* The phase now running. */
static struct {
  long calls, started, done;
  int64_t next_due, step;
  bool measured;
} phase;

static void read_request(void) {
  FILE *file = fopen(plan.file, "rb");
  struct stat stat;
  if (!file || fstat(fileno(file), &stat)) die(plan.file);
  request_length = (size_t)stat.st_size;
  request = malloc(request_length + 1);
  if (!request || fread(request, 1, request_length, file) != request_length) die(plan.file);
  fclose(file);
  char *nonce = memmem(request, request_length, "nonce=", 6);
  if (!nonce) die("the request has no nonce=");
  nonce_at = (size_t)(nonce + 6 - request);
}

static void open_connection(struct connection *c) {
  struct sockaddr_in address = loopback(plan.port);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (void *)&address, sizeof address)) die("cannot connect to 127.0.0.1");
  make_prompt(c->fd);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
}

static void release(struct connection *c) {
  c->busy = false;
  c->next_free = free_list;
  free_list = c;
}

static void finish(struct connection *c);

/* Sends what is left of the request; the nonce stands between two unchanging parts of it. */
static void send_rest(struct connection *c) {
  while (c->sent < request_length) {
    struct iovec parts[3] = {{request, nonce_at}, {c->digits, NONCE_DIGITS},
                             {request + nonce_at + NONCE_DIGITS, request_length - nonce_at - NONCE_DIGITS}};
    int first = 0;
    for (size_t skip = c->sent; first < 3; first++) {
      if (skip < parts[first].iov_len) {
        parts[first].iov_base = (char *)parts[first].iov_base + skip;
        parts[first].iov_len -= skip;
        break;
      }
      skip -= parts[first].iov_len;
    }
    ssize_t n = writev(c->fd, parts + first, 3 - first);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) {
      answer_blame(&c->answer, "the connection broke while the request was sent");
      c->answer.closes = true;
      return finish(c);
    }
    c->sent += (size_t)n;
  }
  struct epoll_event event = {.events = c->sent < request_length ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
  if (request_length > 65536) epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static void begin_call(int64_t began) {
  struct connection *c = free_list;
  free_list = c->next_free;
  c->busy = true;
  c->began = began;
  c->sent = 0;
  uint64_t nonce = (uint64_t)++seen.sent;
  put_digits(c->digits, nonce, NONCE_DIGITS, 10);
  answer_begin(&c->answer, nonce, &plan.expected);
  phase.started++;
  send_rest(c);
}

static double chance(void) {
  static uint64_t state = 88172645463325252u; /* fixed, so that every gateway meets the same arrivals */
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

static void begin_due_calls(void) {
  if (plan.rate == 0) {
    while (free_list && phase.started < phase.calls) begin_call(now_ns());
    return;
  }
  while (phase.started < phase.calls && phase.next_due <= now_ns()) {
    if (!free_list) return; /* Its latency goes on counting. */
    begin_call(phase.next_due);
    phase.next_due += plan.even ? phase.step : (int64_t)(-log(chance()) * (double)phase.step);
  }
  if (phase.started == phase.calls) return;
  struct itimerspec next = {.it_value = {phase.next_due / 1000000000, phase.next_due % 1000000000}};
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &next, NULL);
}

static void finish(struct connection *c) {
  struct answer *a = &c->answer;
  int64_t now = now_ns();
  phase.done++;
  seen.bytes += a->bytes;
  seen.frames += (uint64_t)a->frames;
  if (phase.measured) {
    samples_add(&seen.latency, now - c->began);
    if (a->first_at) samples_add(&seen.first, a->first_at - c->began);
  }
  if (a->wrong) {
    int status = a->has_head && a->head_length > 12 ? atoi(a->head + 9) : 0;
    if (seen.wrong++ == 0) snprintf(seen.blame, sizeof seen.blame, "call %lu: %s (status %d)", a->nonce, a->wrong, status);
  }
  if (a->wrong || a->closes) {
    close(c->fd);
    open_connection(c);
    seen.reconnects++;
  }
  release(c);
}

static void receive(struct connection *c) {
  ssize_t n = read(c->fd, scratch, sizeof scratch);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  seen.reads++;
  if (n > 0 && c->busy) {
    if (answer_take(&c->answer, scratch, (size_t)n)) finish(c);
    return;
  }
  if (c->busy) {
    answer_blame(&c->answer, "the connection closed before the answer's end");
    return finish(c);
  }
  if (n > 0) {
    seen.wrong++;
    snprintf(seen.blame, sizeof seen.blame, "bytes that no call asked for");
  }
  close(c->fd);
  open_connection(c);
  seen.reconnects++;
}

static void run_phase(long calls, bool measured) {
  phase.calls = calls;
  phase.started = phase.done = 0;
  phase.measured = measured;
  phase.next_due = now_ns();
  phase.step = plan.rate > 0 ? (int64_t)(1e9 / plan.rate) : 0;
  struct epoll_event ready[256];
  begin_due_calls();
  while (phase.done < phase.calls) {
    int n = epoll_wait(poll_fd, ready, 256, 100);
    for (int i = 0; i < n; i++) {
      struct connection *c = ready[i].data.ptr;
      uint64_t ticks;
      if (!c) (void)!read(timer_fd, &ticks, sizeof ticks);
      else if (ready[i].events & EPOLLOUT && c->busy) send_rest(c);
      else receive(c);
    }
    if (now_ns() > deadline) {
      given_up = true;
      seen.wrong += phase.calls - phase.done;
      snprintf(seen.blame, sizeof seen.blame, "%ld calls had no complete answer in time", phase.calls - phase.done);
      return;
    }
    begin_due_calls();
  }
}

static void parse(int count, char **words) {
  for (int i = 1; i < count; i += 2) {
    if (i + 1 == count) refuse(words[i]);
    const char *name = words[i], *value = words[i + 1];
    if (strcmp(name, "--port") == 0) plan.port = atoi(value);
    else if (strcmp(name, "--request") == 0) plan.file = value;
    else if (strcmp(name, "--connections") == 0) plan.connections = atoi(value);
    else if (strcmp(name, "--calls") == 0) plan.calls = atol(value);
    else if (strcmp(name, "--warmup") == 0) plan.warmup = atol(value);
    else if (strcmp(name, "--rate") == 0) plan.rate = atof(value);
    else if (strcmp(name, "--arrivals") == 0) plan.even = strcmp(value, "even") == 0;
    else if (strcmp(name, "--frames") == 0) plan.expected.frames = atoi(value);
    else if (strcmp(name, "--deltas") == 0) plan.expected.deltas = atoi(value);
    else if (strcmp(name, "--expect") == 0) plan.expected.text = value;
    else if (strcmp(name, "--limit") == 0) plan.limit = atof(value);
    else if (strcmp(name, "--delays") == 0) plan.delays = true;
    else if (strcmp(name, "--core") == 0) plan.core = atoi(value);
    else if (strcmp(name, "--settle") == 0) plan.settle_ms = atoi(value);
    else if (strcmp(name, "--cpu") == 0) processes_parse(&plan.gateway, value);
    else refuse(name);
  }
}

static void report(int64_t elapsed, int64_t processor, double others) {
  printf("{\"calls\":%ld,\"sent\":%ld,\"wrong\":%ld,", phase.done, seen.sent, seen.wrong);
  if (seen.wrong) printf("\"blame\":\"%s\",", seen.blame);
  else printf("\"blame\":null,");
  samples_print("latencyUs", &seen.latency);
  samples_print("firstFrameUs", &seen.first);
  samples_print("frameDelayUs", &seen.delays);
  printf("\"frames\":%lu,\"reads\":%lu,\"bytes\":%lu,\"reconnects\":%ld,\"seconds\":%.6f,\"processorNs\":", seen.frames,
         seen.reads, seen.bytes, seen.reconnects, (double)elapsed / 1e9);
  if (plan.gateway.count) printf("%ld,", processor);
  else printf("null,");
  if (plan.gateway.count && plan.core >= 0) printf("\"othersPercent\":%.1f}\n", others < 0 ? 0 : others * 100);
  else printf("\"othersPercent\":null}\n");
}

int main(int count, char **words) {
  parse(count, words);
  end_with_parent();
  read_request();
  deadline = now_ns() + (int64_t)(plan.limit * 1e9);
  poll_fd = epoll_create1(0);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer_fd, &event);
  connections = calloc((size_t)plan.connections, sizeof *connections);
  if (!connections) die("no memory");
  for (int i = 0; i < plan.connections; i++) {
    open_connection(&connections[i]);
    release(&connections[i]);
  }
  if (plan.warmup > 0) run_phase(plan.warmup, false);
  struct timespec settle = {plan.settle_ms / 1000, plan.settle_ms % 1000 * 1000000L};
  nanosleep(&settle, NULL);
  for (int i = 0; plan.delays && i < plan.connections; i++) connections[i].answer.delays = &seen.delays;
  int64_t processor = processes_ns(&plan.gateway), busy = core_busy_ns(plan.core), began = now_ns();
  if (!given_up) run_phase(plan.calls, true);
  int64_t elapsed = now_ns() - began;
  nanosleep(&settle, NULL);
  processor = processes_ns(&plan.gateway) - processor;
  busy = core_busy_ns(plan.core) - busy;
  report(elapsed, processor, (double)(busy - processor) / (double)(now_ns() - began));
  return 0;
}
