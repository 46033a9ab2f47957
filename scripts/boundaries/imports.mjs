import { parseSync, Visitor } from 'oxc-parser'

/**
 * @typedef {object} Import One module specifier a file names.
 * @property {string} specifier
 * @property {'static' | 'dynamic'} how `import()` as an expression is dynamic; all else, import types too, is static.
 * @property {boolean} typeOnly Leaves no trace in the built file.
 * @property {number} line
 */

/**
 * Every module specifier of a TypeScript or JavaScript file. An `import()` of a computed name is not among them.
 * @param {string} file Its name decides the language.
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(file, text) {
  const { program, errors } = parseSync(file, text)
  if (errors[0] !== undefined) throw new SyntaxError(`${file}: ${errors[0].message}`)
  /** @type {Import[]} */
  const imports = []
  /** @param {import('oxc-parser').Node} source @param {Import['how']} how @param {boolean} typeOnly */
  const add = (source, how, typeOnly) => {
    const specifier = constantText(source)
    if (specifier !== undefined) imports.push({ specifier, how, typeOnly, line: lineAt(text, source.start) })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source, 'static', node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, 'static', node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => node.source && add(node.source, 'static', node.exportKind === 'type'),
    ImportExpression: (node) => add(node.source, 'dynamic', false),
    TSImportType: (node) => add(node.source, 'static', true),
    TSExternalModuleReference: (node) => add(node.expression, 'static', false),
    CallExpression: (node) => {
      if (isRequire(node.callee) && node.arguments[0] !== undefined) add(node.arguments[0], 'static', false)
    },
  }).visit(program)
  return imports.toSorted((a, b) => a.line - b.line)
}

/** @param {import('oxc-parser').Node} node */
function constantText(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined
  return undefined
}

/** @param {import('oxc-parser').Node} callee */
function isRequire(callee) {
  return callee.type === 'Identifier' && callee.name === 'require'
}

/** @param {string} text @param {number} offset */
function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length
}
