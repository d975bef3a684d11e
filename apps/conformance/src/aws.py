"""The `aws` command without its start: awscli is loaded once, and each command is a fork of the process that has it.

`aws.py FOLDER` puts a program `aws` into the folder, says `ready`, and serves it until its standard input ends. That
program hands over its arguments, environment, working directory and open files, and ends with the command's exit code.
"""

import array
import json
import os
import select
import signal
import socket
import sys
import traceback

PROGRAM = """#!{python} -IS
import array, json, os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({path!r})
files = array.array('i', [0, 1, 2])
door.sendmsg([b'.'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
door.sendall(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode())
door.shutdown(socket.SHUT_WR)
code = door.makefile().read()
sys.exit(int(code) if code else 'aws: the command ended without an exit code')
"""


def command(door):
    """In the fork: becomes the `aws` that was called."""
    files = array.array('i')
    _, ancillary, _, _ = door.recvmsg(1, socket.CMSG_LEN(3 * files.itemsize))
    files.frombytes(ancillary[0][2])
    for target, file in enumerate(files):
        os.dup2(file, target)
    arguments, environment, folder = json.loads(door.makefile().read())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment, **set_by_import)
    sys.argv = ['aws', *arguments]
    try:
        code = awscli.clidriver.main()
    except SystemExit as error:
        code = error.code
    sys.stdout.flush()
    sys.stderr.flush()
    door.sendall(str(code or 0).encode())


def serve(folder):
    path = os.path.join(folder, 'socket')
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    program = os.path.join(folder, 'aws')
    with open(program, 'w') as file:
        file.write(PROGRAM.format(python=sys.executable, path=path))
    os.chmod(program, 0o755)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print('ready', flush=True)
    while server in select.select([server, sys.stdin], [], [])[0]:
        door, _ = server.accept()
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                command(door)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        door.close()


if __name__ == '__main__':
    before = dict(os.environ)
    import awscli.clidriver

    set_by_import = {name: value for name, value in os.environ.items() if before.get(name) != value}
    serve(sys.argv[1])
