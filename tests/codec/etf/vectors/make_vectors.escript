#!/usr/bin/env escript
%% What Erlang itself says of external terms, as JSON on standard output.
%%
%%   escript make_vectors.escript vectors          > tests/data/etf/vectors.json
%%   escript make_vectors.escript judge FILE       what each line of hex in FILE decodes to
%%   escript make_vectors.escript terms SEED COUNT random terms: their encodings and values
%%
%% A value is written as the package decodes it: atoms and binaries are strings, but for true, false, nil and null;
%% tuples are lists; keys are strings; integers beyond 64 bits are {"$integer": hex}.
-mode(compile).

main(["vectors"]) ->
    out([$[, lists:join(",\n", [vector(V) || V <- vectors()]), "]\n"]);
main(["judge", File]) ->
    {ok, Data} = file:read_file(File),
    Lines = binary:split(Data, <<"\n">>, [global, trim_all]),
    out([$[, lists:join(",\n", [verdict(binary:decode_hex(Line)) || Line <- Lines]), "]\n"]);
main(["terms", Seed, Count]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    Made = [random_encoding() || _ <- lists:seq(1, list_to_integer(Count))],
    out([$[, lists:join(",\n", Made), "]\n"]).

out(Text) ->
    ok = io:setopts([{encoding, latin1}]),
    ok = file:write(standard_io, Text).

%% Vectors. `take` means that we decode it to what Erlang decodes it to; Erlang must then. `refuse` that we do not,
%% whatever Erlang does: that is told beside.

vector({Name, Bytes, take}) ->
    case decode(<<131, Bytes/binary>>) of
        {ok, Term} -> object([{name, {text, Name}}, {hex, binary:encode_hex(Bytes)}, {value, {raw, json(Term)}}]);
        refused -> error({"Erlang refuses it", Name})
    end;
vector({Name, Bytes, refuse}) ->
    Erlang = case decode(<<131, Bytes/binary>>) of {ok, _} -> takes; refused -> refuses end,
    object([{name, {text, Name}}, {hex, binary:encode_hex(Bytes)}, {refused, true}, {erlang, Erlang}]).

verdict(Message) ->
    case decode(Message) of
        {ok, Term} -> object([{value, {raw, json(Term)}}]);
        refused -> object([{refused, true}])
    end.

%% binary_to_term/1 takes what follows a term for nothing.
decode(Message) ->
    try binary_to_term(Message, [used]) of
        {Term, Used} when Used =:= byte_size(Message) -> {ok, Term};
        _ -> refused
    catch
        error:badarg -> refused
    end.

vectors() ->
    integers() ++ bigs() ++ floats() ++ atoms() ++ binaries() ++ lists_() ++ tuples() ++ maps() ++ keys() ++
        depths() ++ lies() ++ unknown_tags() ++ cut_short() ++ real().

integers() ->
    [{named("integer ~b", [N]), made(N), take} ||
        N <- [0, 1, 255, 256, -1, 16#7fffffff, -16#80000000, 16#80000000, -16#80000001, 1 bsl 47, 175928847299117063,
              (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 64)]] ++
    [{"INTEGER_EXT with a small number", <<98, 5:32>>, take},
     {"INTEGER_EXT with a negative number", <<98, -5:32>>, take}].

bigs() ->
    [{"SMALL_BIG_EXT of 255 bytes", made((1 bsl 2040) - 1), take},
     {"SMALL_BIG_EXT of 255 bytes, negative", made(-(1 bsl 2039)), take},
     {"LARGE_BIG_EXT of 256 bytes", made(1 bsl 2040), take},
     {"LARGE_BIG_EXT of 300 bytes, negative", made(-(1 bsl 2399)), take},
     {"SMALL_BIG_EXT of no bytes", <<110, 0, 0>>, take},
     {"SMALL_BIG_EXT that is zero", <<110, 3, 0, 0, 0, 0>>, take},
     {"SMALL_BIG_EXT that is minus zero", <<110, 1, 1, 0>>, take},
     {"SMALL_BIG_EXT with zeros on top", <<110, 8, 0, 7, 0, 0, 0, 0, 0, 0, 0>>, take},
     {"SMALL_BIG_EXT of one byte", <<110, 1, 0, 200>>, take},
     {"SMALL_BIG_EXT with sign 2", <<110, 2, 2, 1, 2>>, take},
     {"SMALL_BIG_EXT with sign 255", <<110, 9, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9>>, take},
     {"LARGE_BIG_EXT of no bytes", <<111, 0:32, 0>>, take},
     {"LARGE_BIG_EXT of 4 bytes", <<111, 4:32, 0, 1, 2, 3, 4>>, take},
     {"LARGE_BIG_EXT of 4 bytes, negative", <<111, 4:32, 1, 1, 2, 3, 4>>, take}].

floats() ->
    Values = [0.0, -0.0, 1.0, -1.5, 0.1, 3.141592653589793, 1.7976931348623157e308, 5.0e-324, 2.2250738585072014e-308],
    [{named("NEW_FLOAT_EXT ~p", [F]), made(F), take} || F <- Values] ++
    [{named("FLOAT_EXT ~p", [F]), part(term_to_binary(F, [{minor_version, 0}])), take} || F <- Values] ++
    [{named("FLOAT_EXT with text ~ts", [T]), float_text(T), take} ||
        T <- ["1.5", "-1.5e3", "1.0E+10", "+2.5", "00.5e-01", "0.12345678901234567890123456e1"]] ++
    [{named("FLOAT_EXT with text '~ts'", [T]), float_text(T), refuse} ||
        T <- ["", "1", "1.", ".5", " 1.5", "1.5 ", "1_0.5", "1e5", "inf", "nan", "Infinity", "-inf", "0x1.8p3", "1.5e",
              "1.0e999", "-1.0e400", "1,5", "1.5.5", "--1.5"]] ++
    [{"FLOAT_EXT with bytes behind the NUL", <<99, (pad(<<"1.5", 0, "garbage">>))/binary>>, take},
     {"NEW_FLOAT_EXT infinity", <<70, 16#7ff0000000000000:64>>, refuse},
     {"NEW_FLOAT_EXT minus infinity", <<70, 16#fff0000000000000:64>>, refuse},
     {"NEW_FLOAT_EXT NaN", <<70, 16#7ff8000000000000:64>>, refuse},
     {"NEW_FLOAT_EXT signalling NaN", <<70, 16#7ff0000000000001:64>>, refuse}].

atoms() ->
    Long = binary:copy(<<"a">>, 255),
    Names = [<<"true">>, <<"false">>, <<"nil">>, <<"null">>, <<"online">>, <<"Nil">>, <<>>, Long],
    [{named("~ts ~ts", [Kind, label(Name)]), atom(Kind, Name), take} || Kind <- atom_kinds(), Name <- Names] ++
    [{named("~ts in Latin-1", [Kind]), atom(Kind, <<"caf", 16#e9>>), take} || Kind <- ["ATOM_EXT", "SMALL_ATOM_EXT"]] ++
    [{named("~ts in UTF-8", [Kind]), atom(Kind, <<"café 会議 🎉"/utf8>>), take} ||
        Kind <- ["ATOM_UTF8_EXT", "SMALL_ATOM_UTF8_EXT"]] ++
    [{named("~ts that is no UTF-8: ~ts", [Kind, binary:encode_hex(Bad)]), atom(Kind, Bad), refuse} ||
        Kind <- ["ATOM_UTF8_EXT", "SMALL_ATOM_UTF8_EXT"], Bad <- bad_utf8()] ++
    [{"ATOM_UTF8_EXT of 255 characters in 1020 bytes",
        atom("ATOM_UTF8_EXT", binary:copy(<<"🎉"/utf8>>, 255)), take},
     {"ATOM_UTF8_EXT of 256 characters in 512 bytes", atom("ATOM_UTF8_EXT", binary:copy(<<"é"/utf8>>, 256)), refuse},
     {"ATOM_EXT of 256 characters", atom("ATOM_EXT", <<Long/binary, "a">>), refuse},
     {"ATOM_EXT of 65535 declared bytes", <<100, 65535:16, "a">>, refuse}] ++
    [{named("~ts as Erlang writes it with minor version ~b", [label(N), V]),
        part(term_to_binary(binary_to_atom(N), [{minor_version, V}])), take} ||
        N <- [<<"online">>, <<"café"/utf8>>, <<"会議"/utf8>>], V <- [1, 2]].

binaries() ->
    [{named("BINARY_EXT ~ts", [Name]), made(Text), take} ||
        {Name, Text} <- [{"empty", <<>>}, {"ASCII", <<"Nelly">>}, {"UTF-8", <<"Ça va, 会議 🎉"/utf8>>},
                         {"with NUL", <<"a", 0, "b">>}, {"with a byte order mark", <<"\x{feff}a"/utf8>>},
                         {"last code point", <<16#10ffff/utf8>>}, {"named like an atom", <<"nil">>},
                         {"of 300 bytes", binary:copy(<<"abc">>, 100)}]] ++
    [{named("BINARY_EXT that is no UTF-8: ~ts", [binary:encode_hex(Bad)]), made(Bad), refuse} || Bad <- bad_utf8()].

lists_() ->
    [{named("list ~p", [L]), made(L), take} ||
        L <- [[], [[]], [1, 2, 3], [0, 1], [255], [256], [-1, 1], [1, <<"a">>, nil, [true, [false]]], [[], [], []]]] ++
    [{"STRING_EXT of no bytes", <<107, 0:16>>, take},
     {"STRING_EXT of 300 bytes", made(lists:duplicate(300, 7)), take},
     {"LIST_EXT of small integers", <<108, 2:32, 97, 1, 97, 2, 106>>, take},
     {"LIST_EXT of nothing", <<108, 0:32, 106>>, take},
     {"improper list", made([1 | 2]), refuse},
     {"list with a binary for its tail", made([1 | <<"a">>]), refuse},
     {"list whose tail is a list", <<108, 1:32, 97, 1, 108, 1:32, 97, 2, 106>>, refuse},
     {"list whose tail is STRING_EXT", <<108, 1:32, 97, 1, 107, 1:16, 2>>, refuse},
     {"list whose tail is an empty STRING_EXT", <<108, 1:32, 97, 1, 107, 0:16>>, refuse},
     {"list whose tail ends with the byte of NIL_EXT", <<108, 1:32, 97, 1, 97, 106>>, refuse},
     {"list without a tail", <<108, 1:32, 97, 1>>, refuse}].

tuples() ->
    [{named("tuple ~p", [T]), made(T), take} || T <- [{}, {1}, {ok, <<"a">>, [1]}, {{}, {{}}}]] ++
    [{"SMALL_TUPLE_EXT of 255", made(list_to_tuple(lists:seq(1, 255))), take},
     {"LARGE_TUPLE_EXT of 256", made(list_to_tuple(lists:seq(1, 256))), take},
     {"LARGE_TUPLE_EXT of nothing", <<105, 0:32>>, take},
     {"LARGE_TUPLE_EXT of one", <<105, 1:32, 97, 1>>, take}].

maps() ->
    [{named("map ~p", [M]), made(M), take} ||
        M <- [#{}, #{a => 1}, #{<<"a">> => 1}, #{a => 1, <<"b">> => nil, 3 => <<"c">>}, #{m => #{n => #{}}},
              #{'__struct__' => 'Elixir.User', name => <<"a">>}, #{'__struct__' => 'Elixir.User'},
              #{<<"__struct__">> => 1, a => 2}, #{true => 1, false => 2, nil => 3, null => 4}]] ++
    [{"map with 200 keys", made(maps:from_list([{integer_to_binary(N), N} || N <- lists:seq(1, 200)])), take},
     {"map of the same atom twice",
        map([{atom("ATOM_EXT", <<"a">>), made(1)}, {atom("ATOM_EXT", <<"a">>), made(2)}]), refuse},
     {"map of the same atom with two tags",
        map([{atom("ATOM_EXT", <<"a">>), made(1)}, {atom("SMALL_ATOM_UTF8_EXT", <<"a">>), made(2)}]), refuse},
     {"map of the same binary twice", map([{made(<<"a">>), made(1)}, {made(<<"a">>), made(1)}]), refuse},
     {"map of an atom and a binary alike", made(#{a => 1, <<"a">> => 2}), refuse},
     {"map of an integer and its digits", made(#{1 => 1, <<"1">> => 2}), refuse},
     {"map of an integer and an atom of its digits", made(#{1 => 1, '1' => 2}), refuse},
     {"map of the same integer in two forms", map([{made(1), made(1)}, {<<110, 1, 0, 1>>, made(2)}]), refuse},
     {"map of a true and a one", made(#{true => 1, 1 => 2}), take},
     {"map of __struct__ twice", made(#{'__struct__' => 1, <<"__struct__">> => 2}), refuse},
     {"map with a __struct__ that is a pid", made(#{'__struct__' => pid()}), refuse},
     {"map of a long big and its canonical form", map([{made(1 bsl 40), made(1)},
        {<<111, 8:32, 0, (1 bsl 40):64/little>>, made(1)}]), refuse}].

keys() ->
    [{named("key ~p", [K]), made(#{K => 1}), take} || K <- [0, -1, 256, -70000, 1 bsl 40, 175928847299117063]] ++
    [{"key of 255 bytes", made(#{(1 bsl 2040) - 1 => 1}), take},
     {"key of 256 bytes", made(#{1 bsl 2040 => 1}), refuse},
     {"key of 300 bytes that are mostly zeros", map([{<<111, 300:32, 0, 9, 0:2392>>, made(1)}]), take},
     {"key in Latin-1", map([{atom("ATOM_EXT", <<16#e9>>), made(1)}]), take},
     {"key in UTF-8", map([{atom("ATOM_UTF8_EXT", <<"é"/utf8>>), made(1)}]), take},
     {"key that is an empty binary", made(#{<<>> => 1}), take},
     {"key that is an empty atom", made(#{'' => 1}), take},
     {"key that is a float", made(#{1.5 => 1}), refuse},
     {"key that is a list", made(#{[a] => 1}), refuse},
     {"key that is a string", made(#{"ab" => 1}), refuse},
     {"key that is an empty list", made(#{[] => 1}), refuse},
     {"key that is a tuple", made(#{{1} => 1}), refuse},
     {"key that is a map", made(#{#{} => 1}), refuse},
     {"key that is no UTF-8", made(#{<<16#ff>> => 1}), refuse},
     {"key without a value", <<116, 1:32, 97, 1>>, refuse}].

depths() ->
    [{named("~p nested ~b deep", [Kind, N]), made(nest(Kind, N)), Verdict} ||
        Kind <- [list, tuple, map, mixed], {N, Verdict} <- [{255, take}, {256, take}, {257, refuse}, {2000, refuse}]] ++
    [{"256 lists and a string in them", made([nest(list, 255, "ab")]), take},
     {"257th container is an empty map", made(nest(list, 256, #{})), refuse},
     {"257th container is an empty tuple", made(nest(list, 256, {})), refuse}].

lies() ->
    [{named("~ts that declares ~b", [Name, Size]), <<Tag, Size:Width, 97, 1, 97, 2, 106>>, refuse} ||
        {Name, Tag, Width} <- [{"SMALL_TUPLE_EXT", 104, 8}, {"LARGE_TUPLE_EXT", 105, 32}, {"STRING_EXT", 107, 16},
                               {"LIST_EXT", 108, 32}, {"BINARY_EXT", 109, 32}, {"SMALL_BIG_EXT", 110, 8},
                               {"LARGE_BIG_EXT", 111, 32}, {"MAP_EXT", 116, 32}],
        Size <- [6, (1 bsl (Width - 1)) - 1, 1 bsl (Width - 1), (1 bsl Width) - 1]] ++
    [{"something behind an integer", <<97, 1, 0>>, refuse},
     {"two terms", <<97, 1, 97, 1>>, refuse},
     {"a second version byte", <<131, 97, 1>>, refuse}].

unknown_tags() ->
    Known = [70, 97, 98, 99, 100, 104, 105, 106, 107, 108, 109, 110, 111, 115, 116, 118, 119],
    [{named("tag ~b", [Tag]), <<Tag, 0:512>>, refuse} || Tag <- lists:seq(0, 255) -- Known] ++
    [{Name, made(Term), refuse} ||
        {Name, Term} <- [{"pid", pid()}, {"reference", list_to_ref("#Ref<0.1.2.3>")}, {"port", list_to_port("#Port<0.6>")},
                         {"export", fun erlang:abs/1}, {"bit binary", <<1:3>>}]] ++
    [{"PID_EXT", <<103, (atom("ATOM_EXT", <<"a@b">>))/binary, 1:32, 0:32, 1>>, refuse},
     {"PORT_EXT", <<102, (atom("ATOM_EXT", <<"a@b">>))/binary, 1:32, 1>>, refuse},
     {"REFERENCE_EXT", <<101, (atom("ATOM_EXT", <<"a@b">>))/binary, 1:32, 1>>, refuse},
     {"a pid in a list", made([1, pid()]), refuse},
     {"compressed term", part(term_to_binary(binary:copy(<<"a">>, 1000), [compressed])), refuse},
     {"compressed bomb of 4 MB", part(term_to_binary(binary:copy(<<0>>, 4000000), [{compressed, 9}])), refuse},
     {"compressed term in a list",
        <<108, 1:32, (part(term_to_binary(binary:copy(<<"a">>, 1000), [compressed])))/binary, 106>>, refuse}].

%% The term of each good kind, without its last byte.
cut_short() ->
    Terms = [200, 70000, 1 bsl 40, -(1 bsl 2100), 1.5, online, <<"abc">>, "abc", [1000, 2], {1, 2}, #{a => 1},
             list_to_tuple(lists:seq(1, 256))],
    [{named("~ts without its last byte", [label(iolist_to_binary(io_lib:format("~P", [T, 6])))]),
        binary:part(made(T), 0, byte_size(made(T)) - 1), refuse} || T <- Terms] ++
    [{named("tag ~b alone", [Tag]), <<Tag>>, refuse} ||
        Tag <- [70, 97, 98, 99, 100, 104, 105, 107, 108, 109, 110, 111, 115, 116, 118, 119]] ++
    [{"nothing at all", <<>>, refuse}].

%% The shapes of Discord's own messages; ids and texts are made up.
real() ->
    User = #{<<"id">> => 80351110224678912, <<"username">> => <<"nelly">>, <<"avatar">> => nil, <<"bot">> => true},
    Message = #{<<"id">> => 1273000000000000001, <<"channel_id">> => 290926798999357250, <<"content">> => <<"ça 🎉"/utf8>>,
                <<"author">> => User, <<"mentions">> => [User], <<"embeds">> => [], <<"flags">> => 0, <<"tts">> => false,
                <<"score">> => 1.5},
    Presence = #{status => online, user => #{id => <<"80351110224678912">>}, guild_id => 290926798626357999,
                 activities => [], client_status => #{desktop => idle}},
    Hello = #{heartbeat_interval => 41250, '_trace' => [<<"gateway">>]},
    Ready = #{v => 10, shard => [0, 1], session_id => <<"5a1c">>, guilds => [#{id => 1 bsl 57, unavailable => true}]},
    [{"HELLO", made(#{d => Hello, op => 10, s => nil, t => nil}), take},
     {"READY", made(#{d => Ready, op => 0, s => 1, t => 'READY'}), take},
     {"MESSAGE_CREATE", made(#{d => Message, op => 0, s => 70000, t => 'MESSAGE_CREATE'}), take},
     {"MESSAGE_CREATE with binary keys",
        made(#{<<"d">> => Message, <<"op">> => 0, <<"s">> => 3, <<"t">> => <<"MESSAGE_CREATE">>}), take},
     {"PRESENCE_UPDATE", made(#{d => Presence, op => 0, s => 4, t => 'PRESENCE_UPDATE'}), take}].

%% Making terms

named(Format, Values) -> lists:flatten(io_lib:format(Format, Values)).

label(<<>>) -> "empty";
label(Name) when byte_size(Name) > 60 -> named("of ~b characters", [byte_size(Name)]);
label(Name) -> unicode:characters_to_list(Name).

pid() -> list_to_pid("<0.9.0>").

made(Term) -> part(term_to_binary(Term, [{minor_version, 1}])).

part(<<131, Bytes/binary>>) -> Bytes.

atom_kinds() -> ["ATOM_EXT", "SMALL_ATOM_EXT", "ATOM_UTF8_EXT", "SMALL_ATOM_UTF8_EXT"].

atom("ATOM_EXT", Name) -> <<100, (byte_size(Name)):16, Name/binary>>;
atom("SMALL_ATOM_EXT", Name) -> <<115, (byte_size(Name)), Name/binary>>;
atom("ATOM_UTF8_EXT", Name) -> <<118, (byte_size(Name)):16, Name/binary>>;
atom("SMALL_ATOM_UTF8_EXT", Name) -> <<119, (byte_size(Name)), Name/binary>>.

map(Pairs) -> <<116, (length(Pairs)):32, << <<K/binary, V/binary>> || {K, V} <- Pairs >>/binary>>.

bad_utf8() ->
    [<<16#ff>>, <<16#c3>>, <<"a", 16#e2, 16#82>>, <<16#c0, 16#80>>, <<16#ed, 16#a0, 16#80>>,
     <<16#f4, 16#90, 16#80, 16#80>>].

float_text(Text) -> <<99, (pad(list_to_binary(Text)))/binary>>.

pad(Text) when byte_size(Text) >= 31 -> binary:part(Text, 0, 31);
pad(Text) -> <<Text/binary, 0:((31 - byte_size(Text)) * 8)>>.

%% The innermost is no small integer: a list of those is a string, and no container.
nest(Kind, N) -> nest(Kind, N, 1000).

nest(_, 0, Inner) -> Inner;
nest(list, N, Inner) -> [nest(list, N - 1, Inner)];
nest(tuple, N, Inner) -> {nest(tuple, N - 1, Inner)};
nest(map, N, Inner) -> #{a => nest(map, N - 1, Inner)};
nest(mixed, N, Inner) ->
    Rest = nest(mixed, N - 1, Inner),
    case N rem 3 of 0 -> [Rest]; 1 -> {Rest}; 2 -> #{<<"a">> => Rest} end.

random_encoding() ->
    Term = random_term(5),
    Bytes = term_to_binary(Term, [{minor_version, rand:uniform(3) - 1}]),
    object([{hex, binary:encode_hex(Bytes)}, {value, {raw, json(Term)}}]).

random_term(0) -> random_leaf();
random_term(Depth) ->
    case rand:uniform(5) of
        1 -> [random_term(Depth - 1) || _ <- lists:seq(1, rand:uniform(5) - 1)];
        2 -> list_to_tuple([random_term(Depth - 1) || _ <- lists:seq(1, rand:uniform(4) - 1)]);
        3 -> maps:from_list([{random_key(N), random_term(Depth - 1)} || N <- lists:seq(1, rand:uniform(8) - 1)]);
        _ -> random_leaf()
    end.

%% Numbered, so that no two keys of one map read the same.
random_key(N) ->
    case rand:uniform(3) of
        1 -> list_to_atom("key" ++ integer_to_list(N));
        2 -> <<"key ", (integer_to_binary(N))/binary>>;
        3 -> (rand:uniform(1 bsl 60) bsl 4 + N) * (rand:uniform(2) * 2 - 3)
    end.

random_leaf() ->
    case rand:uniform(9) of
        1 -> rand:uniform(256) - 1;
        2 -> rand:uniform(1 bsl 32) - (1 bsl 31);
        3 -> (rand:uniform(2) * 2 - 3) * rand:uniform(1 bsl rand:uniform(300));
        4 -> (rand:uniform() - 0.5) * math:pow(10, rand:uniform(600) - 300);
        5 -> lists:nth(rand:uniform(6), [true, false, nil, null, online, 'café']);
        6 -> unicode:characters_to_binary([rand:uniform(16#d7ff) || _ <- lists:seq(1, rand:uniform(20) - 1)]);
        7 -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(9) - 1)];
        8 -> <<>>;
        9 -> []
    end.

%% JSON

object(Pairs) -> [${, lists:join(",", [[json(K), $:, json(V)] || {K, V} <- Pairs]), $}].

json({raw, Text}) -> Text;
json({text, Name}) -> quote(unicode:characters_to_binary(Name));
json(true) -> "true";
json(false) -> "false";
json(nil) -> "null";
json(null) -> "null";
json(Atom) when is_atom(Atom) -> quote(atom_to_binary(Atom));
json(Text) when is_binary(Text) -> quote(Text);
json(N) when is_integer(N), abs(N) < 1 bsl 64 -> integer_to_list(N);
json(N) when is_integer(N) -> ["{\"$integer\":\"", integer_to_list(N, 16), "\"}"];
json(F) when is_float(F) -> float_to_binary(F, [short]);
json(List) when is_list(List) -> [$[, lists:join(",", [json(Item) || Item <- List]), $]];
json(Tuple) when is_tuple(Tuple) -> json(tuple_to_list(Tuple));
json(Map) when is_map(Map) ->
    Pairs = [{key(K), V} || {K, V} <- maps:to_list(Map)],
    [${, lists:join(",", [[quote(K), $:, json(V)] || {K, V} <- Pairs, K =/= <<"__struct__">>]), $}].

key(Key) when is_atom(Key) -> atom_to_binary(Key);
key(Key) when is_binary(Key) -> Key;
key(Key) when is_integer(Key) -> integer_to_binary(Key).

quote(Text) -> [$", [escape(Char) || Char <- unicode:characters_to_list(Text)], $"].

escape($") -> "\\\"";
escape($\\) -> "\\\\";
escape(Char) when Char < 32 -> io_lib:format("\\u~4.16.0b", [Char]);
escape(Char) -> <<Char/utf8>>.
