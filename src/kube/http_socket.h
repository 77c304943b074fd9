/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Lets the kernel notice a connection that went dead, after about 45 s of silence. Where the
 * system cannot be told so precisely, its own keepalive stands. */
void http_keep_alive(int fd);
