/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal's last line of defence: it is put back even when the program crashes. */
#include "tui/term_rescue.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"

#define RESET_MAX 256
#define STDERR_MAX 65536

/* Those of a crash, and those that end a program which has not asked for them. */
static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGQUIT, SIGSYS, SIGTRAP,
	SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ };

/* Handlers reach nothing but globals. */
static struct {
	struct termios modes;
	char reset[RESET_MAX];
	size_t len;
	volatile sig_atomic_t armed;
	int tty;
	struct sigaction before[ARRAY_LEN(fatal)];
	int hidden, real_stderr; /* file that stands in for standard error, and the real one; 0: not
				    hidden */
} rescue;

bool rescue_save_modes(int tty)
{
	rescue.tty = tty;
	return tcgetattr(tty, &rescue.modes) == 0;
}

const struct termios *rescue_modes(void)
{
	return &rescue.modes;
}

void rescue_restore_modes(void)
{
	tcsetattr(rescue.tty, TCSANOW, &rescue.modes);
}

/* Only what a signal handler may do. */
static void put_back(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = 0;
	for (size_t at = 0; at < rescue.len;) {
		ssize_t n = write(rescue.tty, rescue.reset + at, rescue.len - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	rescue_restore_modes();
	if (rescue.real_stderr)
		dup2(rescue.real_stderr, STDERR_FILENO);
}

static void on_fatal(int signo)
{
	put_back();
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		if (fatal[i] == signo)
			sigaction(signo, &rescue.before[i], NULL);
	raise(signo);
}

void rescue_set(int tty, const char *reset, size_t len)
{
	static bool registered;
	struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_NODEFER };

	rescue.tty = tty;
	rescue.len = len < RESET_MAX ? len : 0;
	memcpy(rescue.reset, reset, rescue.len);
	for (size_t i = 0; !rescue.armed && i < ARRAY_LEN(fatal); i++) {
		sigaction(fatal[i], NULL, &rescue.before[i]);
		if (rescue.before[i].sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	}
	rescue.armed = 1;
	xalloc_on_fail(put_back);
	if (!registered)
		atexit(put_back);
	registered = true;
}

void rescue_forget(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = 0;
	xalloc_on_fail(NULL);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &rescue.before[i], NULL);
}

/* A file that cannot grow beyond its size: a chatty library fills it, not the memory. */
static int capped_file(void)
{
	int fd = memfd_create("stderr", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 &&
		(ftruncate(fd, STDERR_MAX) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void rescue_hide_stderr(void)
{
	if (rescue.hidden || !isatty(STDERR_FILENO))
		return;
	rescue.hidden = capped_file();
	if (rescue.hidden < 0) {
		rescue.hidden = 0;
		return;
	}
	rescue.real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(rescue.hidden, STDERR_FILENO);
}

void rescue_show_stderr(void)
{
	off_t size;
	char *bytes, *shown;
	ssize_t n;

	if (!rescue.hidden)
		return;
	size = lseek(rescue.hidden, 0, SEEK_CUR);
	dup2(rescue.real_stderr, STDERR_FILENO);
	close(rescue.real_stderr);
	bytes = xmalloc((size_t)size + 1);
	n = pread(rescue.hidden, bytes, (size_t)size, 0);
	shown = text_display(bytes, n > 0 ? (size_t)n : 0, TEXT_BLOCK);
	if (*shown && write(STDERR_FILENO, shown, strlen(shown)) < 0)
		rescue.len = 0; /* nobody is left to tell */
	free(shown);
	free(bytes);
	close(rescue.hidden);
	rescue.hidden = rescue.real_stderr = 0;
}
