const variable = /var\((--[\w-]+)\)/g

/** The drawing as a file: all of it, with colours in place of the theme's names. @param colour of a name like "--ink" */
export function svgText(drawing: string, width: number, height: number, colour: (name: string) => string): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="${colour('--surface')}"/>`,
    drawing.replace(variable, (_, name: string) => colour(name)),
    '</svg>',
  ].join('')
}
