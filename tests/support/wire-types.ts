/** The types of `src/protocol/server-frames.ts` as names that a test can compare, asked of the compiler itself. */
import ts from 'typescript';
import { join } from 'node:path';
import { ROOT } from './documents.ts';

const FILE = join(ROOT, 'src/protocol/server-frames.ts');

/** By name of an interface: its fields, and for each field that is an object, the fields of that. */
export interface WireTypes {
  /** The literals of a union of strings. */
  readonly literalsOf: (name: string) => readonly string[];
  readonly fieldsOf: (name: string) => Readonly<Record<string, readonly string[]>>;
}

/** Reads the types. The standard library is left out: the names of fields do not need it. */
export function readWireTypes(): WireTypes {
  const program = ts.createProgram([FILE], {
    noLib: true,
    noEmit: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(FILE);
  const file = source && checker.getSymbolAtLocation(source);
  const exported = file === undefined ? [] : checker.getExportsOfModule(file);
  const typeOf = (name: string): ts.Type => {
    const symbol = exported.find((each) => each.name === name);
    if (symbol === undefined) throw new Error(`${FILE} exports no ${name}`);
    return checker.getDeclaredTypeOfSymbol(symbol);
  };
  return {
    literalsOf: (name) => {
      const type = typeOf(name);
      const members = type.isUnion() ? type.types : [type];
      return members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []));
    },
    fieldsOf: (name) =>
      Object.fromEntries(
        typeOf(name)
          .getProperties()
          .map((field) => [field.name, namesOf(checker.getTypeOfSymbol(field))]),
      ),
  };
}

function namesOf(type: ts.Type): readonly string[] {
  return type.getProperties().map(({ name }) => name);
}
