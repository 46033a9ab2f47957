const ID = 771

/** A value that only who has the serializer below can read. The workers have not. */
export class UnknownValue {
  readonly hzCustomId = ID
}

export const unknownSerializer = {
  id: ID,
  read: (): UnknownValue => new UnknownValue(),
  write: (output: { writeString(text: string): void }): void => output.writeString('x'),
}
