import color from 'picocolors';

/**
 * What must not be overlooked and is no failure. Yellow, cyan and white cannot be read on a white terminal, blue not on a
 * black one; magenta and red can on both.
 */
export const warned = color.magenta;
