/** The exit code by which the drawing process says that it reached its memory ceiling. */
export const outOfMemoryExit = 3;
