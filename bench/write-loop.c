/* The named peer of the stream of events: takes connections, and writes each line's bytes to all of them in a loop. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* write-loop <clients> <bytes>: prints its port, takes so many clients, prints "ready", then writes once for each byte on stdin. */
int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int clients = atoi(argv[1]);
  size_t size = (size_t)atoi(argv[2]);
  struct rlimit files = {(rlim_t)clients + 64, (rlim_t)clients + 64};
  setrlimit(RLIMIT_NOFILE, &files);

  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return 1;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  int *sockets = calloc((size_t)clients, sizeof *sockets);
  int one = 1;
  for (int at = 0; at < clients; at++) {
    sockets[at] = accept(listener, NULL, NULL);
    if (sockets[at] < 0) return 1;
    /* As Node sets it. */
    setsockopt(sockets[at], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  puts("ready");
  fflush(stdout);

  char *bytes = malloc(size);
  memset(bytes, 'x', size);
  char turn;
  while (read(STDIN_FILENO, &turn, 1) == 1)
    for (int at = 0; at < clients; at++)
      if (write(sockets[at], bytes, size) != (ssize_t)size) return 1;
  return 0;
}
