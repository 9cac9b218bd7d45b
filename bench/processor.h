/* Processor time of other processes: all their threads, ended ones too, in nanoseconds. */
#ifndef BENCH_PROCESSOR_H
#define BENCH_PROCESSOR_H

#include "http.h"

struct processes {
  pid_t ids[64];
  int count;
};

/* From "12,34,56". */
static inline void processes_parse(struct processes *processes, const char *list) {
  for (char *at = (char *)list; *at && processes->count < 64; at += *at == ',') {
    processes->ids[processes->count++] = (pid_t)strtol(at, &at, 10);
  }
}

/* The same sum as utime + stime in /proc/PID/stat, which only counts in steps of 10 ms. */
static inline int64_t processes_ns(const struct processes *processes) {
  int64_t sum = 0;
  for (int i = 0; i < processes->count; i++) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(processes->ids[i], &clock) || clock_gettime(clock, &t)) die("a gateway process is gone");
    sum += (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
  }
  return sum;
}

/*
 * How long a core was busy for anyone since the machine started, in steps of 10 ms; 0 when the kernel does not tell.
 * What it was busy for beside the gateway is noise in the gateway's figures.
 */
static inline int64_t core_busy_ns(int core) {
  char name[16], line[256];
  int length = snprintf(name, sizeof name, "cpu%d ", core);
  long long user, nice, system, idle, wait, hard, soft, stolen, busy = 0;
  FILE *file = fopen("/proc/stat", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, name, (size_t)length) != 0) continue;
    if (sscanf(line + length, "%lld %lld %lld %lld %lld %lld %lld %lld", &user, &nice, &system, &idle, &wait, &hard,
               &soft, &stolen) == 8) {
      busy = user + nice + system + hard + soft + stolen;
    }
    break;
  }
  if (file) fclose(file);
  return busy * (1000000000 / sysconf(_SC_CLK_TCK));
}

#endif
