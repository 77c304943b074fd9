/* SPDX-License-Identifier: Apache-2.0 */
/* The least that libcurl can do: one GET over TLS. What it takes, every program that uses it takes.
 * Usage: get URL CA-FILE. Prints its own VmHWM and RssAnon. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static size_t ignore(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * n;
}

static int print_memory(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];

	if (!f)
		return 1;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmHWM:", 6) || !strncmp(line, "RssAnon:", 8))
			fputs(line, stdout);
	return fclose(f) != 0;
}

int main(int argc, char **argv)
{
	CURL *easy;
	CURLcode code;

	if (argc != 3 || curl_global_init(CURL_GLOBAL_DEFAULT) || !(easy = curl_easy_init()))
		return 2;
	curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
	curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	code = curl_easy_perform(easy);
	if (code)
		fprintf(stderr, "get: %s\n", curl_easy_strerror(code));
	return print_memory() || code;
}
