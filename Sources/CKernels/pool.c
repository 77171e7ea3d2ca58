// Worker threads that sleep between runs. Unlike Dispatch, handing out work allocates nothing.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "CKernels.h"

// How long to wait awake: about 0.2 ms. Operations follow one another within microseconds, and where other programs keep
// the cores busy, who sleeps between them wakes on the core that is already at work.
enum { most_workers = 64, spins = 8000 };

static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;  // guards starting
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;        // held by the thread whose work is being done
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;        // guards what follows, where it is not atomic
static pthread_cond_t work_came = PTHREAD_COND_INITIALIZER;
static pthread_cond_t work_done = PTHREAD_COND_INITIALIZER;
static atomic_ulong generation;  // of the job; changes under the lock
static bool is_open;             // whether a worker may still join the job
static atomic_int joined;        // workers at the job, the caller aside; changes under the lock
static struct {
  void (*body)(void *, long, long);
  void *context;
  long count, workers;
} job;

static atomic_long next_task;
static int workers = 1;
static unsigned long started_at[most_workers];  // the generation that a worker has missed nothing before

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void take_tasks(long worker) {
  for (;;) {
    long task = atomic_fetch_add_explicit(&next_task, 1, memory_order_relaxed);
    if (task >= job.count) return;
    job.body(job.context, task, worker);
  }
}

static void *serve(void *argument) {
  long worker = (long)argument;
  unsigned long seen = started_at[worker];
  for (;;) {
    for (int spin = 0; spin < spins && atomic_load(&generation) == seen; spin++) relax();
    pthread_mutex_lock(&lock);
    while (generation == seen) pthread_cond_wait(&work_came, &lock);
    seen = generation;
    // Who comes late finds the job closed: the caller does not wait for a worker that has not begun.
    bool joins = is_open && worker < job.workers;
    if (joins) joined++;
    pthread_mutex_unlock(&lock);
    if (!joins) continue;
    take_tasks(worker);
    pthread_mutex_lock(&lock);
    if (--joined == 0) pthread_cond_signal(&work_done);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

int ego_pool_start(int wanted) {
  pthread_mutex_lock(&start_lock);
  if (wanted > most_workers) wanted = most_workers;
  // Signals belong to the host program's threads.
  sigset_t every, old;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &old);
  pthread_mutex_lock(&turn);
  while (workers < wanted) {
    pthread_t thread;
    started_at[workers] = generation;  // does not change while `turn` is held
    if (pthread_create(&thread, 0, serve, (void *)(long)workers) != 0) break;
    pthread_detach(thread);
    workers++;
  }
  pthread_mutex_unlock(&turn);
  pthread_sigmask(SIG_SETMASK, &old, 0);
  int now = workers;
  pthread_mutex_unlock(&start_lock);
  return now;
}

void ego_pool_run(long count, long most, void (*body)(void *, long, long), void *context) {
  if (count <= 1 || pthread_mutex_trylock(&turn) != 0) {
    for (long task = 0; task < count; task++) body(context, task, 0);
    return;
  }
  pthread_mutex_lock(&lock);
  job.body = body;
  job.context = context;
  job.count = count;
  job.workers = most;
  atomic_store(&next_task, 0);
  is_open = true;
  generation++;
  pthread_cond_broadcast(&work_came);
  pthread_mutex_unlock(&lock);

  take_tasks(0);

  pthread_mutex_lock(&lock);
  is_open = false;
  pthread_mutex_unlock(&lock);
  for (int spin = 0; spin < spins && atomic_load(&joined) > 0; spin++) relax();
  pthread_mutex_lock(&lock);
  while (joined > 0) pthread_cond_wait(&work_done, &lock);
  pthread_mutex_unlock(&lock);
  pthread_mutex_unlock(&turn);
}
