@rem The scripts of package.json start programs with "exec", so that on POSIX the program takes the place of the shell
@rem and gets the signals that npm passes on. cmd.exe has no such command, and finds this file instead.
@%*
